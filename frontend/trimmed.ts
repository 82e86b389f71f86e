// uPlot without what no chart of ours uses (its legend, bars, curves, logarithmic scales), which is a sixth of it: all scripts
// together have 60 kB. It takes the package as it is installed and fails loudly when another version does not look the same.
import type { Plugin } from "vite";

const UNUSED = [
  "rangeLog",
  "rangeAsinh",
  "logAxisSplits",
  "asinhAxisSplits",
  "log10AxisValsFilt",
  "log2AxisValsFilt",
  "snapLogY",
  "snapAsinhY",
];

export function trimmedCharts(): Plugin {
  return {
    name: "trimmed-charts",
    transform(code, id) {
      if (!id.endsWith("uPlot.esm.js")) return null;
      let left = cut(code, "uPlot.assign = assign;", "export {", "uPlot.pxRatio = pxRatio;\nuPlot.tzDate = tzDate;\n");
      left = cut(
        left,
        "\tfunction initLegendRow(",
        "\tconst mouseListeners",
        "\tfunction initLegendRow() { return nullNullTuple; }\n",
      );
      left = cut(left, '\tif (showLegend) {\n\t\tlegendTable = placeTag("table"', "\tconst son ", "");
      for (const name of UNUSED) left = cut(left, `function ${name}(`, "\n}\n", `function ${name}() {`);
      return { code: left, map: null };
    },
  };
}

function cut(code: string, from: string, until: string, instead: string): string {
  const begin = code.indexOf(from);
  const end = code.indexOf(until, begin);
  if (begin < 0 || end < 0) throw new Error(`uPlot has another form than it had: no ${JSON.stringify(from)}`);
  return code.slice(0, begin) + instead + code.slice(end);
}

/** Vite's helper fetches the styles of a part that comes later: none of ours has any. */
export function plainImports(): Plugin {
  return {
    name: "plain-imports",
    enforce: "pre",
    load: (id) => (id === "\0vite/preload-helper.js" ? "export const __vitePreload = (part) => part();" : null),
    generateBundle(_, bundle) {
      for (const part of Object.values(bundle)) {
        const styled = part.type === "chunk" && part.isDynamicEntry && part.viteMetadata?.importedCss.size;
        if (styled) throw new Error(`${part.fileName} comes later and has styles: nothing would fetch them`);
      }
    },
  };
}
