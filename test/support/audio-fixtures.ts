import { SAMPLE_RATE } from '../../lib/speech/formats.js';
import type { SpeechFormat } from '../../lib/speech/formats.js';

/** Tenths of a second of a 440 Hz tone at 24 kHz mono, made once with ffmpeg 5.1, so that tests need no encoder. */
const MP3 = [
  '//NExAASeGp8P1gYAAu2SWgM7Z2w9d6p1juO8BfwznNJzOUxhLRopsTh+XyykpKSkpKTAEwfB8H31AhwfP5QMSnKB/h739Hv6Pf/DAPn6wICGg',
  'H+U9/QQQggwggAAACN//NExAkU6T6EV5toAMWe3U+6YWpHbFQwWnhgwNKjvisyUMLbPb18+BNQWkJ7+O4YYYYm/45RwmQ9h7f+Yl0umReL3/5i',
  'XS6kkZI/wVEQVBX/lgqCoiPArWBOM75gAQAi//NExAgUGFokAd8AAAIANMAQABzAWQPAwOIKOMBuBFzAyQWw0GUoKMUMBZzA3wOQwHUBuMB/AP',
  'DACAB0wAYAHBwAalUwaBrP/+z/////1fp+z2f6vQqvDDW1AASAJgYD//NExAoQ4FocAO/0QEYekCb03yZHAKYECD4mj8LkZhSoIOfiYac2YoMW',
  'bRUVO1+HLeH/6bP7/9OmhFn+tSqtBT7Ow7//TooiWgGC9F3EU3LiGCYEmJQmHKjgGZomEITc//NExBkT6FocTu/0QGWIt0xgwQKQbPSYJUFyIo',
  'CTTXI7kDznaxutavJ0Wdzn61VaP7Pe7XGU9f0bGnvrdX0Cakk1rEWekzzr8GgAMSAMAMBdmFrgIBgigEmYE0GCmCAw//NExBwUsuoYAP7EaJOY',
  'B0DMmKxRgh+DR4RBaUzI4He2e4+v1///Vl6f9v1p/z/bSvX/t/rtpX6Tf/b9Je3+v0/41KGWxaBWbJIgYGjEQOTlh/zPUmDA4wowy6xtyMG///',
  'NExBwRKFYcAO/0QAVQ8HM0rIxhcChEqYKkMDTpu3/rrr+jt+zqWtdXT2o2d3r6y37f7d1ajUZdphqJxgICZhiOhvnkRm0UJgjgRWaTCtdmFeAj',
  'py7AZ8VmNiBgwCik//NExCoRwFYcAO/2QPzKodpjOz3fWr6E+3271L/+1rWv5/16lFf+3ufuL/uyFBVrTMFM9GQECCGac+ZkkfGEmF0d2z4hjY',
  'gqHSJgJkGCU1m1kdesdfuXp9tNn33R/9Nm//NExDYP4FIwVue0QM//X//v/1ejRpqVQS2BbZAIOzjAFYYCGIMGAqAOpglAEGbBWF+mHIAF54IY',
  'Ap0MRhoZRjWo6Elrb//0/vdd16PY3+/WupWlH09x3/+jRascdNaA//NExEkQ6FocAM/2JIwBBAPGCZImZu1mAAaGBrgWpqLxWmYXyAunMAwc5j',
  'RYNBaXC63blGfb/6v0I/793/9tnuf6ukt/2++puRN2FzluDAUFzCwejXy3BowzAjgXw0Ul//NExFgP8FYgAO/2QCZDCfAMY+7U0wwBFy3iYaxH',
  'Ijdjf/+z+//R6f/r69Kvs93/9KrsYd9diAcwUCjHpRP3+01ALzAIQgEy/5c9MGrBDTgUDFnwYIQFqYMPd+KWzH/+//NExGsPCFogAO/0QK/T/3',
  '77/6e3s7vV1J/Z/dVVvT8CMnSQCAbMQASOJCCMxxcMBNCRDEAWWowGoEwHcYyoHB5KAW20iHJPRGtn/3f//33vV/2sb9/+tH/b7aaQwpzV//NE',
  'xIEPiFYgAOf0QEQkCph6Cxw6pxmoPpgVQSOY9qxvmCSAl5vchklZgSAUAqrQXRyGeMf/1/0f/7//tZt5z19Sf/96lsah1ryYpgGAxhcKZutOZm',
  'ORBgdIQMZzUrPG//NExJUPQFYgAO/0QBEYIUfSya1IZAaAgSgsPUsPWcv/9v//q0U/79av1/b2u//qbgsRBQwAEAdMAbAITATwFkwDIEaMEDDQ',
  'jB6gpow9kNnNIfN5TFQARowOUC1MBZAb//NExKsPKFYgAO/0QMwIEBHKgAUYAIAIGAMAAQUABFYKK3///7/9f//6qun7ff/r9FVmJDCWEIQIUH',
  'UfD0fD0AAD9mGEGOJNJUxbgEIE/yiW1l0R4dJjjIB4Ala7vA7v//NExMEPgFogAO/0QANZQt7DkgueDI3higMsDQGXD9QyyGRRjvkXN0C4woIQ',
  'sQ0c0ZX9k745QoIQsQ0XKLl/tp6BkXiaMS6XUv+pk03QQZMixFjEukyZF4vGP///zSCA//NExNYVCFogAV8QAPSCA0kFRTQpZkXCMIAEIu02y8',
  'QAUyBZWYEmxIOK/igTbKqlsWnMhUFYjIYk5TlO84iBINNWQikU6qhQs0siRZJE1LxVZ2KKyCmAr4puLvClTEFN//NExNQiMeb3H5qYK0UzLjEw',
  'MFVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVV//NExJ',
  '4R4N4AAdhIAVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVV',
  'VVVVVVVVVVVV',
].join('');

const AAC = [
  '//FYQBnf/N4CAExhdmM1OS4zNy4xMDAAAnSpWqqETSEHRPw5rNzxnHx1F7mqiZEknKHXJNQEyXsri3jbmmnqZnqnYtNr+jnJXPMf/z/t8jd1ov',
  'mePbbjvVfSuU71x3bspyrG4qsz2NxVhsTVU1VNVSlVGx0a2UqlKpSqUqlKpSqUmlKpSaUmiSiSiSiSiSiSiSiSiSgSiSiSiSiQiSiSiSiSiSiS',
  'iSiSiSiSiSiSiSiSooooooooooooooooooooooooooooooooooooouD/8VhAGd/8ASia2gpzssl7ZLsVZT1/9f/b461d6ct3f9v/7P/n8ccXrV',
  '3ev/p//Z/8/jrWr1qXf/j/+z/7e3WrvV3eg1+VS5jgSEhJwJmUe+kGr008gxKIyionFE4onFHynA+lHNzAfT6fKcD6UfLZCAN2s3y+RwBr17vl',
  'zcxAAbud2hh5GZdDnnwASgaFlHMyj5Cj5Mo+XyAoo+XyAoo+XyA10fLZOAKKDfz928bJx3+32gtsHbPwm2QYGBgYGBgYGBgYGBgYGRGwYkiocP',
  '/xWEAMf/wBIPSLYn07M7p37+/2+/n7+bvV3Ll2lyXF45BM4aQbx4AINnjnnYT5PjM7nXyzfAbHv7wjJmMM/vCMnw2M/uA/8NjP7kH/gB30IU/i',
  'W8Vz+MTxYHH+MS4UJRKgcP/xWEAMv/wA9jSKY2brbed//3f4/9v/0viamdNvM9d/FeNTnhN5nGWKp/WeeedJ2XHnnnnnVOiedRsJz3pRZC6170',
  'jURQ3sCIJCZZZEEglE0tBUQsLhcsugXAmANIVXpoACQIgc//FYQA0f/AEANIqDUqZm3/9v+3+P/4Xq5ddMri/G5571lSpW869/uHaNdFFFHTJ0',
  'EuiiiijdQaijcYUa6JZLIyi2OkcohJZNGyyGWJoKrlAlGpKBVOQIBGQmSAuBcAXCi6IASCUwvLj/8VhADv/8APo0iPZSUc2ZVZj9v7/9/9KuWm',
  'q1tx6rrj7alc64zdroa3nnnnnjGWnzrDnUjHw8wxmyZvPPPPPXvPJYt54G8+d4FMUmkIo7tGeKYSEDIqhNYRCBdAspKAnSy6pdQKgcksqSaQWU',
  '7+I0kC5OAYQpPv/xWEAO//wA/DSRFjYRLOLMlZvr/j/j/v/1vJLzqZntfvvXt6uspqmIEsuMsssvUhqGPdt4UIJRVRVRIkUUURRRREiIonDhAZ',
  '3IKKLLDOMCN1ZwKo5oGImuFhEIF0ZCsoBCS6hZzEbKhZiCoWC6k/ELEwQCJZWf//FYQBE//AD8NJD2Rhkc5KEQqqtZj/4/7f/j/yvctrfXj4vx',
  '48/X7WzWayZJgN3h17W3Fv2SFvvU6AhA3GRtuvdTXTadZuc86J51FPPOC2cxWutvtbW99WwrJvFNf9zTw1QmKklEZLEglUuhJdCUJEqzFSas43',
  'e6B7pYJtAMjSV7QJJAkEAmCXD/8VhAD9/8ATBUmXQUtpREjbXfr18/v/Lg4zrOMu0kXJI45JM9hEIAKqqqlGUZRPNV0z+A4xYGmwD/+f8fbgAA',
  'BiMPPtwAAAxGHh72AAAq0PD3cAAHcPD3cAAHcPPu8AA7h593EGHtDy7uAGHcPPrcQQe+Hn3egAF85tgSRcD/8VhAGJ/8ASabssl7ZLoXZTnZZL',
  'nY//i/9vjrV3xd3f/x//b/8/jrWr1d3f/0//D/Hni9Th4TV9/+P89Xdy+UAfViWemLkUjMMTDRMNFzjj9Bx+gHGL6c4Hy4/T6AfKL6fQAfL5cf',
  'p9OcAfIi+kH0AAyllHP9Oeh788Ox81T6AjAxNiJtUX0EX0EX0Aii+n0Aii+n0Aii+n0GrU/l/L4Dz6n8v5SDV5z4fycMQugDLZ8PDw8PDw8PO+',
  '7Nvvvv/Hxk+Pjg//FYQAGf/AEYgbRw',
].join('');

const FLAC = [
  'ZkxhQwAAACIJAAkAAABiAALPBdwA8AAACWBCZNZEmQvnsNw97JKp3pt9hAAALg0AAABMYXZmNTkuMjcuMTAwAQAAABUAAABlbmNvZGVyPUxhdm',
  'Y1OS4yNy4xMDD/+EcIALJOAAAB1gOnBWsHHAi2CjILjOa/N9/FxQPPN1/B6aGzPM+ACGZDhMKEmZmEpw0yU5lhZOQ8hJMOHOYHk4ZQzQksLJsJ',
  '5hhw5kKSSknD5POQsklJyhCyE0MOQ8DYSc5OZc5nJlJkwyFJJmYZh5kvJZOkmaZJkmhJMlCcyTwpmksoXMzLDJSGcMmYShOTSTeUlJkyJJyUwp',
  'kLhKE5CWSZSkpM0Ph5KSTkmTQnw5MKhNkKUmkkSEuTJyZhJkzJzDnKaHzMplJM4SThOSHmQzzyF5wsmeSUMyHCYUJMzMJThpkpzLCych5CSYcO',
  'cwPJwyhmhJYWTYTzDDhzIUklJOHyechZJKTlCFkJoYch4Gwk5ycy5zOTKTJhkKSTMwzDzJeSydJM0yTJNCSZKE5knhTNJZQuZmWGSkM4ZMwlCc',
  'mkm8pKTJkSTkphTIXCUJyEskylJSZofDyUknJMmhPhyYVCbIUpNJIkJcmTkzCTJmTmHOU0PmZTKSZwknCckPMhnnkLzhZM8koZkOEwoSZmYSnD',
  'TJTmWFk5DyEkw4c5geThlDNCSwsmwnmGHDmQpJKScPk85CySUnKELITQw5DwNhJzk5lzmcmUmTDIUkmZhmHmS8lk6SZpkmSaEkyUJzJPCmaSyh',
  'czMsMlIZwyZhKE5NJN5SUmTIknJTCmQuEoTkJZJlKSkzQ+HkpJOSZNCfDkwqE2QpSaSRIS5MnJmEmTMnMOcpofMymUkzhJOE5IeZDPPIXnCyZ5',
  'JQzIcJhQkzMwlOGmSnMsLJyHkJJhw5zA8nDKGaElhZNhPMMOHMhSSUk4fJ5yFkkpOUIWQmhhyHgbCTnJzLnM5MpMmGQpJMzDMPMl5LJ0kzTJMk',
  '0JJkoTmSeFM0llC5mZYZKQzhkzCUJyaSbykpMmRJOSmFMhcJQnISyTKUlJmh8PJSSckyaE+HJhUJshSk0kiQlyZOAWt//4ZwgBX1ZOD/cP+g/G',
  'D10Ovw3wDPELx+YvlYuGvB7bgbB90kIYPxQAa4WlL0ktJaWk1L1rSuUzE9SEII45AhQhQpxzDkFMUpHV1x8Lt/vSSt5LSVvS/17u1dZiGcQwoP',
  'jh',
].join('');

const OPUS = [
  'T2dnUwACAAAAAAAAAACh+0fQAAAAAJ+mluwBE09wdXNIZWFkAQE4AcBdAAAAAABPZ2dTAAAAAAAAAAAAAKH7R9ABAAAAbEf5YgE+T3B1c1RhZ3',
  'MNAAAATGF2ZjU5LjI3LjEwMAEAAAAdAAAAZW5jb2Rlcj1MYXZjNTkuMzcuMTAwIGxpYm9wdXNPZ2dTAAQ4TAAAAAAAAKH7R9ACAAAAPutNDBVC',
  'MTo4NDU7MTgwMTUsMS4uLjErM0Nogi5dbEck6gI20rSuVD7Ou80cUEk4A14c9HedTRkWn64inyBhTrA1jQX+MJ1O6lbyRMabZa9xvyRhH6nFdh',
  'HCV09ooz/3rJiFA1dOV20I7N6N3sACRlHxgFgqbGiO6C1YRgP/YD65KW0sCiYAGIN9sHPGaJujElOqSH3r6V5iwMjjetwYYHUECMMn3G69k2nd',
  '2ahw3CaZWrjpkJG2KRSKPkJOWhzCZ/e9am2IWmiboxG0HL9SKJHpg/TstkLqjM7etbSfmIeIHwra7RekLVK8L0VbOK1lVIL1em7oR5sLIuOfjS',
  'rSaJujX3Wc/EkOx9BbQLAB1Kf1IuHmBWU57beTkZ215p2Tt81yWgNjBdVpKZMlxDrDgP1I5WiboxdRXyWemRMvspGNWAMMUxlebtA22ED5Q8GX',
  '4XwWCrJcFw8nfGIOTbS7ga3smf8YXEY6aJujX3Wc/ElI9It43v2OojVjIl0uRFIToKSxnYBAt4zuukv09I3aYeiXxregn+DeAQWgKF0Cj80LwS',
  'pom6MST9nJtnS1zDdpb2Van4Lb0SM5VoBvgtuUSuG+sFHSTGh5hOQ59A2MmPyjDkqqaJujElbOIil/mSFjn9l0C/0enqtJObuJ5yVgDNg4yUP+',
  'SZ9zZFCyAF8ZBQcq1NGXfqXPZWsK1SpIm6NfdZz8SzpGDZwkGhUgAqKDIbPctAoIpsY7WLQ+bi7IYux+fvJJHYZ01KYvqJBIm35gk0/DlqH+SW',
  'qFIhwY89ymQjTbw/Pc6ldy9KeV8le6JaiEbF2NK9VRpQGHBkO4SJsrH3Wc/EXPTrbfTN5oVAarXiMpLpHEh8FkLUnIo+NnAfekB9N9l5dLMYf5',
  'Mf/IRNgwjCRImyrSU6pITpPL8ejpVYiS/sQlrfU37Kqe7axl/JsHzKgplYoJ5PbV0MB82EibKtG0HL9SKJHplMqlJNLAw8olo606Vdne47BlN7',
  'zGw2iM4fsLgwY2K6FNZx+qBA1ImysfdZz8SQ7Y5BukDQuSRxu8tjC7RDaP+ATVHl7Waqg/Azp09HP5k0kCZAUQSJsq0lOqSHqdYSFqFwBba3cj',
  'xBr36j8ZhZEZAHWmgmhJnYoM824TFBhRpZm8GEibo191nPxF705sVKZIXxZBo0fzuvs9AUWjDmyRWfaGPK7kqy133nh3Ym3mFe1Im6MSU6pITN',
  'DC9Gn9qyUKQUnmEPEvCE/xtuOpELgc5/Ic9f3Lp52eUVWIn+aNnuaASJujX3Wc/EXvX7wxWxChaVBuQF5dnvEBcUgZLyy8QuimjTaXOx8AZmF7',
  'bkibo191nPxFnlwYIAxWMdwNecqFNZp3uBDz4BhjqgUqlWARCuVle8GcC4c6EhWDGh8JyNh+JxtvJ9Cw4wCyZnBTn7FRXRn51ZR9y61pEaHzRW',
  'BxqacDLRSLHWbikylmrCV2o7AR3Q1nevTp4BGjXKzLDmkSJvY=',
].join('');

const ENCODED = { mp3: MP3, aac: AAC, flac: FLAC, opus: OPUS };

function tone(samples: number): Buffer {
  const pcm = Buffer.alloc(samples * 2);
  for (let index = 0; index < samples; index++) {
    pcm.writeInt16LE(Math.round(12_000 * Math.sin((index * 2 * Math.PI * 440) / SAMPLE_RATE)), index * 2);
  }
  return pcm;
}

/** Writes the 44 bytes that stand before `dataBytes` bytes of 16-bit mono samples. */
export function wavHeader(dataBytes: number): Buffer {
  const header = Buffer.alloc(44);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(36 + dataBytes, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(SAMPLE_RATE, 24);
  header.writeUInt32LE(SAMPLE_RATE * 2, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(dataBytes, 40);
  return header;
}

/** Makes a short, valid file; formats whose frames can follow one another are repeated up to `bytes`. */
export function audioOf(format: SpeechFormat, bytes = 0): Buffer {
  if (format === 'pcm') return tone(Math.max(4_800, bytes / 2));
  if (format === 'wav') {
    const samples = tone(Math.max(4_800, (bytes - 44) / 2));
    return Buffer.concat([wavHeader(samples.length), samples]);
  }
  const once = Buffer.from(ENCODED[format], 'base64');
  const repeats = format === 'mp3' || format === 'aac' ? Math.max(1, Math.ceil(bytes / once.length)) : 1;
  return Buffer.concat(Array.from({ length: repeats }, () => once));
}
