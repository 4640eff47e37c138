import { cp } from 'node:fs/promises'
import { defineConfig } from 'tsup'

/** The console: a program for the browser, compiled into static files that a server in this package serves. */
export default defineConfig({
  outDir: 'dist/console',
  target: 'es2022',
  platform: 'browser',
  format: 'esm',
  entry: { main: 'src/console/main.tsx' },
  tsconfig: 'src/console/tsconfig.json',
  splitting: true,
  clean: true,
  minify: true,
  // Development dependencies: they are compiled in, so that an installation contains none of them.
  noExternal: [/.*/],
  esbuildOptions: (options) => {
    options.jsx = 'automatic'
    options.jsxImportSource = 'preact'
    options.legalComments = 'none'
    options.charset = 'utf8'
  },
  onSuccess: async () => {
    for (const name of ['index.html', 'icon.svg']) await cp(`src/console/${name}`, `dist/console/${name}`)
  },
})
