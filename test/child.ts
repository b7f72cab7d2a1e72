// Runs one test file under uvu and leaves: anything still open two seconds after the last test is named, and fails the file.

import { basename } from 'node:path'
import { run } from 'uvu/run'

const file = process.argv[2]!
await run([{ name: basename(file), file }], { bail: false })
setTimeout(() => {
	const open = process.getActiveResourcesInfo().filter((r) => !['TTYWrap', 'PipeWrap', 'Timeout'].includes(r))
	console.error(`Still open after the last test: ${open.join(', ') || 'a timer'}`)
	process.exit(1)
}, 2000).unref()
