/** Writes the JSON Schema of configuration files to the built package, where the files of a project refer to it. */
import { writeFileSync } from 'node:fs'
import { configSchema } from '../src/engine/config/config-schema.js'

writeFileSync('dist/iii.config.schema.json', `${JSON.stringify(configSchema(), null, 2)}\n`)
