import express from 'express';
import { speechRouter } from 'express-speech';
import { peer, serve } from './peers.mjs';

test('an application sends what is whole', async () => {
  const reply = await serve({ express, speechRouter }, peer('speaks'), (ask) => ask());
  expect(reply).toEqual({ status: 200, type: 'audio/pcm', bytes: 48_000, isWhole: true });
});

test('an application sends the text where a provider breaks off at once', async () => {
  const reply = await serve({ express, speechRouter }, peer('breaks off at once'), (ask) => ask());
  expect(reply).toMatchObject({ status: 200, type: 'application/json; charset=utf-8', isWhole: true });
});

test('an application passes no part off as the whole, and answers the next one', async () => {
  await serve({ express, speechRouter }, peer('breaks off after a while'), async (ask) => {
    for (let count = 0; count < 2; count += 1) expect(await ask()).toMatchObject({ status: 200, isWhole: false });
  });
});

test('an application stops the work for a client that leaves', async () => {
  const own = peer('never ends');
  await serve({ express, speechRouter }, own, (ask) => ask({ leaves: true }));
  expect(own.open).toBe(0);
});
