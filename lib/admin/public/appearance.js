// Sets theme and language before anything is painted. A classic script on purpose: modules run after the first paint.
{
  const read = (key) => {
    try {
      return localStorage.getItem(`express-speech.${key}`);
    } catch {
      return null; // Storage may be forbidden; then the choice lasts as long as the page.
    }
  };
  const { dataset } = document.documentElement;
  dataset.theme = read('theme') ?? 'system';
  document.documentElement.lang = read('language') ?? (/^zh\b/i.test(navigator.language) ? 'zh' : 'en');
}
