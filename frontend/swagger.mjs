// Copies the API's page beside ours: it is loaded from here, so it works where there is no internet.
import { copyFile, mkdir } from "node:fs/promises";

const FROM = "node_modules/swagger-ui-dist";
const TO = "dist/swagger";

await mkdir(TO, { recursive: true });
for (const name of ["swagger-ui.css", "swagger-ui-bundle.js", "LICENSE", "NOTICE"]) {
  await copyFile(`${FROM}/${name}`, `${TO}/${name}`);
}
