// What a page plays, and whether it listens meanwhile: `loud` has the times at which it was not silent, with the
// number of microphones that were on; `microphones()` is that number now; `asked`, when somebody last pressed something.
(() => {
  if (!window.MediaDevices) return; // about:blank
  const [streams, loud] = [[], []];
  const tracks = () => streams.flatMap((one) => one.getTracks());
  window.microphones = () => tracks().filter(({ readyState }) => readyState === "live").length;
  const { getUserMedia } = MediaDevices.prototype;
  MediaDevices.prototype.getUserMedia = async function (wanted) {
    const stream = await getUserMedia.call(this, wanted);
    streams.push(stream);
    return stream;
  };
  const { connect } = AudioNode.prototype;
  AudioNode.prototype.connect = function (to, ...how) {
    if (to === this.context.destination) connect.call(this, tap(this.context));
    return connect.call(this, to, ...how);
  };
  const taps = new WeakMap();
  function tap(context) {
    if (taps.has(context)) return taps.get(context);
    const analyser = new AnalyserNode(context, { fftSize: 512 });
    const samples = new Float32Array(512);
    let before = 0;
    setInterval(() => {
      const moves = context.currentTime !== before;
      before = context.currentTime;
      analyser.getFloatTimeDomainData(samples);
      if (!moves || samples.every((one) => Math.abs(one) < 0.01)) return;
      loud.push({ at: performance.now(), microphones: microphones() });
    }, 10);
    taps.set(context, analyser);
    return analyser;
  }
  for (const name of ["pointerdown", "keydown"]) addEventListener(name, () => (window.asked = performance.now()), true);
  window.loud = loud;
})();
