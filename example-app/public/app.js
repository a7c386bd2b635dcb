import { showAlerts } from './alerts.js';
import { startGauge } from './gauge.js';
import { showNotes } from './notes.js';
import { serverState, showServer } from './server.js';
import { createSpeaker } from './speaker.js';
import { language, offerLanguages, translatePage } from './words.js';

const SAMPLES = {
  en: 'It was a bright cold day in April, and the clocks were striking thirteen.',
  zh: '你好，世界。今天天气很好，我们去公园走走吧。',
};

const text = document.querySelector('#text');
const speaker = createSpeaker(serverState);

translatePage();
offerLanguages(document.querySelector('#language'));
text.value = SAMPLES[language];
document.querySelector('#speak').addEventListener('submit', (event) => {
  event.preventDefault();
  speaker.speak(text.value, document.querySelector('#format').value);
});
document.querySelector('#stop').addEventListener('click', () => speaker.stop());
for (const button of document.querySelectorAll('[data-sample]')) {
  button.addEventListener('click', () => {
    text.value = SAMPLES[button.dataset.sample];
    text.focus();
  });
}

showNotes((note) => speaker.speak(note, 'mp3'));
showServer();
startGauge();
showAlerts();
