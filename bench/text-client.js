// Has each text that it is sent spoken, to the end, and says so.
const [address] = process.argv.slice(2);

process.on('message', async (body) => {
  const reply = await fetch(address, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  const reader = reply.body.getReader();
  let part = await reader.read();
  while (!part.done) part = await reader.read();
  process.send(reply.status);
});
