import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { temporaryFolder } from './temporary-folder.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
/** What sandboxes load: they may read nothing beyond the folder of the program, and Node looks through links. */
const loadedInSandboxes = ['zod', '@standard-schema']

/** A folder with this program as a further version, which may be changed and started; it goes with its disposal. */
export function programCopy(version: string): { path: string; mainFile: string } & Disposable {
	const folder = temporaryFolder()
	const { path } = folder
	for (const name of ['src', 'test/support']) cpSync(join(root, name), join(path, name), { recursive: true })
	const packageJson = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as object
	writeFileSync(join(path, 'package.json'), JSON.stringify({ ...packageJson, version }))
	mkdirSync(join(path, 'node_modules'))
	for (const name of readdirSync(join(root, 'node_modules'))) {
		const [from, to] = [join(root, 'node_modules', name), join(path, 'node_modules', name)]
		if (loadedInSandboxes.includes(name)) cpSync(from, to, { recursive: true })
		else if (name !== '.cache') symlinkSync(from, to)
	}
	return { path, mainFile: join(path, 'test/support/observed-main.ts'), [Symbol.dispose]: folder[Symbol.dispose] }
}
