// The microphone: asked for when it is needed, and given back at once: then the browser's recording mark goes out.
import { reason } from "./reasons.js";

/**
 * Resolves to {stream, close()}; rejects with a reason of reasons.js, or with an AbortError after `signal`. `echo`:
 * what is played here is taken out of it; that costs sound quality, so it is only asked for where both happen at once.
 * `lost(reason)`: it was unplugged or taken away.
 */
export async function open({ echo = false, lang, scope = globalThis, signal, lost }) {
  const devices = scope.navigator.mediaDevices;
  if (!devices?.getUserMedia) throw reason(scope.isSecureContext === false ? "insecure" : "no-recording", { lang });
  const audio = { echoCancellation: echo, noiseSuppression: true, autoGainControl: true, channelCount: 1 };
  let stream;
  try {
    stream = await devices.getUserMedia({ audio }).catch((error) => {
      if (error.name !== "OverconstrainedError" || signal?.aborted) throw error;
      return devices.getUserMedia({ audio: true }); // better than none
    });
  } catch (error) {
    signal?.throwIfAborted();
    throw reason(refused(error, scope), { lang });
  }
  const close = () => {
    for (const track of stream.getTracks()) {
      track.onended = null;
      track.stop();
    }
  };
  if (signal?.aborted) {
    close(); // it was allowed when nobody waited for it any more
    signal.throwIfAborted();
  }
  for (const track of stream.getTracks()) {
    track.onended = () => {
      close();
      lost?.(reason("unplugged", { lang }));
    };
  }
  return { stream, close };
}

/** Browsers have one name for a person's no, a question that was closed, the site's policy and the system's. */
function refused(error, { document }) {
  if (error.name !== "NotAllowedError") return error;
  const policy = document?.permissionsPolicy ?? document?.featurePolicy;
  if (policy?.allowsFeature?.("microphone") === false) return "policy";
  if (/dismissed/i.test(error.message)) return "dismissed";
  return /system/i.test(error.message) ? "system" : error;
}
