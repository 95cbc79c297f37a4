// A picture that is larger than vendors take, made smaller before it goes to the server: they look at no more pixels.

const SIDE = 2048; // pixels of the longer side
const SHRINKS = ["image/png", "image/jpeg", "image/webp"];

/** `file`, or where it is a picture of more than `most` bytes, a JPEG of it that is smaller. */
export async function smaller(file, most) {
  if (file.size <= most || !SHRINKS.includes(file.type)) return file;
  let picture;
  try {
    picture = await createImageBitmap(file);
  } catch {
    return file; // it is damaged, which the server says better
  }
  const scale = Math.min(1, SIDE / Math.max(picture.width, picture.height));
  const canvas = new OffscreenCanvas(Math.round(picture.width * scale), Math.round(picture.height * scale));
  const pen = canvas.getContext("2d");
  pen.fillStyle = "white"; // where it is transparent: JPEG would make that black
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  const blob = await canvas.convertToBlob({ type: "image/jpeg", quality: 0.9 });
  return new File([blob], file.name.replace(/\.\w+$/, "") + ".jpg", { type: blob.type });
}
