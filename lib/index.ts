export { speechAdmin, SpeechAdminError } from './admin/speech-admin.js';
export type { Authorize, Identify, SpeechAdminOptions } from './admin/speech-admin.js';
export type { AdminRequest } from './admin/admin-request.js';
export type { Middleware } from './speech/middleware.js';
export { speechRouter } from './router.js';
export type { SpeechRouter } from './router.js';
export type { SpeechGuards } from './config/guard-options.js';
export type { LocalEntry, RemoteEntry, TextEntry } from './config/provider-options.js';
export type { SpeechRouterOptions } from './config/options.js';
export { SpeechOptionsError } from './options/options-error.js';
export type { OptionsProblem } from './options/options-error.js';
export type {
  SpeechAlertKind,
  SpeechEventListener,
  SpeechEventMap,
  SpeechEventName,
  SpeechStatusName,
} from './speech/events.js';
export type { ProviderStatus, SpeechStatus } from './speech/status.js';
export type { PrepareFunction } from './text/normalize/text-kinds.js';
export { SpeechError } from './speech/error.js';
export type { SpeechErrorCode, SpeechErrorOptions } from './speech/error.js';
export type { SpeechFormat } from './audio/formats.js';
export type {
  CallAllowance,
  CheckContext,
  CheckFinding,
  SpeechAudio,
  SpeechCapabilities,
  SpeechLogger,
  SpeechModel,
  SpeechProvider,
  SpeechResult,
  SpeechText,
  SpeechUsage,
  SpeechVoice,
  SpeechWarning,
  SynthesisContext,
} from './speech/provider.js';
export type { MarkKind } from './speech/mark-kinds.js';
export type { SpeechPart, SpeechRequest } from './speech/request.js';
export type { Verification, VerificationStep, VerificationStepName } from './speech/verification.js';
export type { MetricsRegister } from './telemetry/metrics/registry.js';
