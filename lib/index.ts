export { speechAdmin, SpeechAdminError } from './admin/speech-admin.js';
export type { Authorize, SpeechAdminOptions } from './admin/speech-admin.js';
export type { AdminRequest } from './admin/admin-request.js';
export type { Middleware } from './middleware.js';
export { speechRouter } from './router.js';
export type { SpeechRouter } from './router.js';
export type { SpeechGuards } from './guard-options.js';
export type { LocalEntry, RemoteEntry, TextEntry } from './entry-options.js';
export type { SpeechRouterOptions } from './options.js';
export { SpeechOptionsError } from './options-error.js';
export type { OptionsProblem } from './options-error.js';
export type {
  SpeechAlertKind,
  SpeechEventListener,
  SpeechEventMap,
  SpeechEventName,
  SpeechStatusName,
} from './events.js';
export type { ProviderStatus, SpeechStatus } from './status.js';
export type { PrepareFunction } from './speech/prepare/prepare-text.js';
export { SpeechError } from './speech/error.js';
export type { SpeechErrorCode, SpeechErrorOptions } from './speech/error.js';
export type { SpeechFormat } from './speech/formats.js';
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
export type { MarkKind } from './speech/marks.js';
export type { SpeechPart, SpeechRequest } from './speech/request.js';
export type { Verification, VerificationStep, VerificationStepName } from './speech/verification.js';
export type { MetricsRegister } from './telemetry/metrics-register.js';
