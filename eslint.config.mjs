import js from '@eslint/js';
import nx from '@nx/eslint-plugin';
import tseslint from 'typescript-eslint';

/** Dependencies point one way: apps -> capability -> domain -> foundation (docs: each lib's README). */
const boundaries = {
  enforceBuildableLibDependency: false,
  allow: [],
  depConstraints: [
    { sourceTag: 'layer:app', onlyDependOnLibsWithTags: ['type:lib', 'type:tool'] },
    { sourceTag: 'layer:tool', onlyDependOnLibsWithTags: ['type:lib', 'type:tool'] },
    {
      sourceTag: 'layer:capability',
      onlyDependOnLibsWithTags: ['layer:capability', 'layer:domain', 'layer:foundation'],
    },
    { sourceTag: 'layer:domain', onlyDependOnLibsWithTags: ['layer:domain', 'layer:foundation'] },
    { sourceTag: 'layer:foundation', onlyDependOnLibsWithTags: ['layer:foundation'] },
    // Workflow code runs in Temporal's deterministic sandbox: it may see only itself and the config schema.
    { sourceTag: 'name:workflows', onlyDependOnLibsWithTags: ['name:workflows', 'name:config'] },
    // Pure parts: no network, no orchestration.
    { sourceTag: 'name:model', onlyDependOnLibsWithTags: ['name:tensorflow'] },
    {
      sourceTag: 'name:training',
      onlyDependOnLibsWithTags: ['name:config', 'name:tensorflow', 'name:model', 'name:text'],
    },
  ],
};

export default tseslint.config(
  {
    ignores: [
      '**/node_modules/**',
      '**/dist/**',
      '.nx/**',
      '.ovis/**',
      'libs/protocol/src/generated/**',
      '**/fixtures/**',
    ],
  },
  js.configs.recommended,
  ...tseslint.configs.recommended,
  {
    files: ['**/*.ts'],
    plugins: { '@nx': nx },
    rules: {
      '@nx/enforce-module-boundaries': ['error', boundaries],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-imports': 'error',
      'no-console': 'error',
      eqeqeq: 'error',
    },
  },
  {
    // Command-line programs and scripts may print.
    files: ['apps/**/*.ts', 'tools/**/*.ts', '**/*.mjs', '**/*.config.ts'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        Buffer: 'readonly',
        URL: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        setInterval: 'readonly',
        clearInterval: 'readonly',
        fetch: 'readonly',
      },
    },
    rules: { 'no-console': 'off' },
  },
);
