/** A transformer for Jest: swc, after the mistake that `ASSENT_MUTANT` describes as JSON has been made. */
import { createHash } from 'node:crypto';
import { relative } from 'node:path';
import swcJest from '@swc/jest';

const mutant = JSON.parse(process.env.ASSENT_MUTANT ?? 'null');

function mutate(source, path, root) {
  return mutant !== null && relative(root, path) === mutant.file ? source.replace(mutant.original, () => mutant.mutated) : source;
}

export default {
  createTransformer(options) {
    const swc = swcJest.createTransformer(options);
    return {
      ...swc,
      process: (source, path, context) => swc.process(mutate(source, path, context.config.rootDir), path, context),
      // By what is compiled, so that a mistake is never answered from the cache of the right program.
      getCacheKey: (source, path, context) =>
        createHash('sha256')
          .update(mutate(source, path, context.config.rootDir))
          .update(path)
          .update(JSON.stringify(context.transformerConfig ?? null))
          .digest('hex'),
    };
  },
};
