// After the build: every script and style packed beside itself, as the api sends it to a browser that takes it; and the page of
// the API copied beside ours, so that it works where there is no internet.
import { copyFile, mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";

const ASSETS = "dist/assets";
const SWAGGER = "node_modules/swagger-ui-dist";

for (const name of await readdir(ASSETS)) {
  if (/\.(js|css)$/.test(name))
    await writeFile(`${ASSETS}/${name}.gz`, gzipSync(await readFile(`${ASSETS}/${name}`), { level: 9 }));
}

await mkdir("dist/swagger", { recursive: true });
for (const name of ["swagger-ui.css", "swagger-ui-bundle.js", "LICENSE", "NOTICE"]) {
  await copyFile(`${SWAGGER}/${name}`, `dist/swagger/${name}`);
}
