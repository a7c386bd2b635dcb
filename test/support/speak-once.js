// Speaks once on this machine, and says how that went. Its argument is the address of the package as JavaScript: it is started without
// the loader of types, as in its own thread Node would preload what the test does.
const [, , lib] = process.argv;
const { createLocalProvider } = await import(new URL('providers/local/provider.js', lib).href);

const local = createLocalProvider({ name: 'local', engine: 'embedded', voices: {}, workers: 1 });
const request = { input: 'Hello there.', format: 'mp3', speed: 1, extra: {}, requestId: 'test' };
try {
  const { stream } = await local.synthesize(request, { signal: new AbortController().signal, deadline: 10_000 });
  let bytes = 0;
  for await (const chunk of stream) bytes += chunk.length;
  console.log(bytes > 1_000 ? 'spoke' : 'failed: no sound');
} catch (error) {
  console.log(`failed: ${error}`);
}
await local.close();
