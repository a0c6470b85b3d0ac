/** The lint rule that keeps the rooms apart: every form of import is judged by the table in `rooms.mjs`. */
import { problemOfImport } from './rooms.mjs';

export const direction = {
  meta: {
    type: 'problem',
    schema: [],
    messages: {
      direction: '{{from}} may not depend on {{to}}: dependencies point apps -> adapters -> engine -> protocol.',
      pastTheDoor: '"{{source}}" reaches past a door: import from {{door}}.',
      ownName: '"{{source}}" is this very library: import the file.',
      outside: '{{from}} may not import "{{source}}": it takes everything it needs from its callers.',
    },
  },
  create(context) {
    const judge = (node, source) => {
      if (source?.type !== 'Literal' || typeof source.value !== 'string') return;
      const problem = problemOfImport(context.cwd, context.filename, source.value);
      if (problem !== null) context.report({ node, ...problem });
    };
    return {
      ImportDeclaration: (node) => judge(node, node.source),
      ExportNamedDeclaration: (node) => judge(node, node.source),
      ExportAllDeclaration: (node) => judge(node, node.source),
      ImportExpression: (node) => judge(node, node.source),
      TSImportType: (node) => judge(node, node.source),
      'CallExpression[callee.name="require"]': (node) => judge(node, node.arguments[0]),
    };
  },
};
