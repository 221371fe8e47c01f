// Notes in the page what it asks of the server and what the server begins and ends because of it, and whether
// anything on the page still moves. Put into every page before its own scripts; read through tests/browser/still.py.
(() => {
  const RERUN_SCRIPT = 11, NEW_SESSION = 4, SCRIPT_FINISHED = 6; // fields of Streamlit's BackMsg and ForwardMsg
  const FINISHED_EARLY_FOR_RERUN = 2;
  const FRAMES_OF_REST = 18; // longer than a slider or a table waits before it tells what was moved or written

  let moment = 0, asked = 0, begun = 0, ended = 0, restful = 0;
  const exchange = (window.exchange = { questions: 0, wholeSince: null });

  // The fields of a protobuf message, one level deep: number -> value of a varint, null of anything else.
  function fieldsOf(data) {
    const bytes = new Uint8Array(data), fields = new Map();
    let place = 0;
    const varint = () => {
      let value = 0, factor = 1;
      for (;;) {
        const byte = bytes[place++];
        value += (byte & 127) * factor;
        if (!(byte & 128)) return value;
        factor *= 128;
      }
    };
    while (place < bytes.length) {
      const tag = varint(), kind = tag & 7;
      const value = kind === 0 ? varint() : null;
      if (kind === 2) { const length = varint(); place += length; }
      if (kind === 1) place += 8;
      if (kind === 5) place += 4;
      fields.set(Math.floor(tag / 8), value);
    }
    return fields;
  }

  window.WebSocket = class extends WebSocket {
    constructor(...address) {
      super(...address);
      this.addEventListener("message", event => {
        if (!(event.data instanceof ArrayBuffer)) return;
        const fields = fieldsOf(event.data);
        if (fields.has(NEW_SESSION)) begun = ++moment;
        if (fields.has(SCRIPT_FINISHED) && fields.get(SCRIPT_FINISHED) !== FINISHED_EARLY_FOR_RERUN) ended = ++moment;
      });
    }

    send(data) {
      if (typeof data !== "string" && fieldsOf(data).has(RERUN_SCRIPT)) {
        asked = ++moment;
        exchange.questions += 1;
        exchange.wholeSince = null;
      }
      super.send(data);
    }
  };

  new MutationObserver(() => { restful = 0; })
    .observe(document, { subtree: true, childList: true, attributes: true, characterData: true });

  const isDrawn = () =>
    document.querySelector("[data-testid=stApp][data-test-script-state=notRunning]") &&
    document.querySelector("[data-testid=stMainBlockContainer] [data-testid]") &&
    !document.querySelector("[data-testid=stSkeleton]");

  // Asked once a frame: whether the last question was answered to its end and nothing has moved since.
  exchange.isStill = () => {
    const isWhole = asked < begun && begun < ended && isDrawn();
    exchange.wholeSince = isWhole ? (exchange.wholeSince ?? performance.now()) : null;
    restful = isWhole ? restful + 1 : 0;
    return restful > FRAMES_OF_REST;
  };
})();
