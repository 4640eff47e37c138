import { cp, readFile } from 'node:fs/promises'
import type { Plugin } from 'esbuild'
import { defineConfig } from 'tsup'

/** Leaves out the forms of lines and tables that no chart of the console has: a tenth of the chart library. */
const smallCharts: Plugin = {
  name: 'small-charts',
  setup: (build) => {
    build.onLoad({ filter: /uPlot\.esm\.js$/ }, async ({ path }) => {
      const whole = await readFile(path, 'utf8')
      const unused = /^\t\(paths\.(?:stepped|bars|spline) .*$|^\tuPlot\.join = .*$/gm
      if (whole.match(unused)?.length !== 4) throw new Error(`${path} has other parts than expected`)
      return { contents: whole.replaceAll(unused, ''), loader: 'js' }
    })
  },
}

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
  esbuildPlugins: [smallCharts],
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
