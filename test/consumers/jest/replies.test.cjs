const express = require('express');

let loaded;
let peer;
let serve;

// Jest's own require() knows no ESM; import() does.
beforeAll(async () => {
  const { speechRouter } = await import('express-speech');
  ({ peer, serve } = await import('./peers.mjs'));
  loaded = { express, speechRouter };
});

test('an application sends what is whole', async () => {
  const reply = await serve(loaded, peer('speaks'), (ask) => ask());
  expect(reply).toEqual({ status: 200, type: 'audio/pcm', bytes: 48_000, isWhole: true });
});

test('an application sends the text where a provider breaks off at once', async () => {
  const reply = await serve(loaded, peer('breaks off at once'), (ask) => ask());
  expect(reply).toMatchObject({ status: 200, type: 'application/json; charset=utf-8', isWhole: true });
});

test('an application passes no part off as the whole, and answers the next one', async () => {
  await serve(loaded, peer('breaks off after a while'), async (ask) => {
    for (let count = 0; count < 2; count += 1) expect(await ask()).toMatchObject({ status: 200, isWhole: false });
  });
});

test('an application stops the work for a client that leaves', async () => {
  const own = peer('never ends');
  await serve(loaded, own, (ask) => ask({ leaves: true }));
  expect(own.open).toBe(0);
});
