// Fetches `elements`, which a line before this one names as lists of scripts, one after the other: once the page was
// first painted, and whenever it has nothing else to do. Nothing is run; who asks for a script later finds it here.
const rest = () => new Promise((go) => (window.requestIdleCallback ?? setTimeout)(go));

function fetched(script) {
  const link = document.createElement("link");
  const done = new Promise((go) => (link.onload = link.onerror = go));
  link.rel = "modulepreload";
  link.fetchPriority = "low";
  link.crossOrigin = "";
  link.href = new URL(`static/js/${script}`, import.meta.url).href;
  document.head.append(link);
  return done;
}

async function fetchAll() {
  for (const scripts of elements) {
    await rest();
    await Promise.all(scripts.map(fetched));
  }
}

new PerformanceObserver((_painted, observer) => {
  observer.disconnect();
  fetchAll();
}).observe({ type: "paint", buffered: true });
