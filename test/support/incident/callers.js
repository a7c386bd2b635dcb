// Sends many requests within one second, spread over the speech, voices and models routes, and tells what came of each.
const [, , origin, count] = process.argv;
const ROUTES = ['speech', 'speech', 'voices', 'models'];

async function call(index) {
  await new Promise((resolve) => setTimeout(resolve, (index * 1_000) / Number(count)));
  const route = ROUTES[index % ROUTES.length];
  const started = performance.now();
  const reply =
    route === 'speech'
      ? await fetch(`${origin}/v1/audio/speech`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ input: `This is caller number ${index}.` }),
        })
      : await fetch(`${origin}/v1/audio/${route}`);
  await reply.arrayBuffer();
  return {
    route,
    status: reply.status,
    type: reply.headers.get('content-type') ?? '',
    ms: performance.now() - started,
  };
}

process.send(await Promise.all(Array.from({ length: Number(count) }, (_, index) => call(index))));
process.disconnect();
