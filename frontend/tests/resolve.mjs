// Lets Node run the sources as they stand: an import without an ending names one of TypeScript.
import { registerHooks } from "node:module";

const isOurs = (specifier) => /^\.{1,2}\//.test(specifier) && !/\.\w+$/.test(specifier);

registerHooks({ resolve: (specifier, context, next) => next(isOurs(specifier) ? `${specifier}.ts` : specifier, context) });
