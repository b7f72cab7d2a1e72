import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from 'uvu'
import { runCommand } from '../support/command.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const init = (folder: string, name = 'books') => runCommand(['init', name], { cwd: folder })

function typeCheck(folder: string): string {
	const compiler = join(root, 'node_modules/typescript/bin/tsc')
	return spawnSync(process.execPath, [compiler, '--noEmit', '--pretty', 'false', '-p', folder], { cwd: '/', encoding: 'utf8' }).stdout
}

test('a folder anywhere has an example that type-checks and runs', async () => {
	using folder = temporaryFolder()
	const end = await init(folder.path)
	assert.equal(end.code, 0, end.stderr)
	assert.deepEqual(readdirSync(join(folder.path, 'books')).sort(), ['hello.ts', 'tsconfig.json'])
	assert.equal(typeCheck(join(folder.path, 'books')), '')
	const run = await runCommand(['runbook', 'test', 'books/hello.ts', '--parameter', 'name=Ada', '--output', 'table'], { cwd: folder.path })
	assert.equal(run.stdout, 'Hello, Ada!\n')
})

test('its settings know what runbooks import, and refuse what Node would not run', async () => {
	using folder = temporaryFolder()
	await init(folder.path)
	const write = (text: string) => writeFileSync(join(folder.path, 'books/deploy.ts'), text)
	const head = `import { readFile } from 'node:fs/promises'\nimport { ComputeManagementClient } from '@azure/arm-compute'\nimport { defineRunbook } from 'runhook'\n`
	const body = (result: string) => `${head}export default defineRunbook({
	async run({ azure, output }) {
		const client = azure.client(ComputeManagementClient, 'id')
		const name: ${result} | undefined = (await client.virtualMachines.get('group', 'vm')).name
		output([name, await readFile('file', 'utf8'), process.pid])
	},
})\n`
	write(body('string'))
	assert.equal(typeCheck(join(folder.path, 'books')), '')
	write(body('number'))
	assert.match(typeCheck(join(folder.path, 'books')), /deploy\.ts\(7,\d+\): error TS2322/)
	write(`${body('string')}export enum Colour { red }\n`)
	assert.match(typeCheck(join(folder.path, 'books')), /error TS1294/)
})

test('a project that has the runner installed needs no paths of this machine', async () => {
	using folder = temporaryFolder()
	mkdirSync(join(folder.path, 'node_modules/@types'), { recursive: true })
	symlinkSync(root, join(folder.path, 'node_modules/runhook'))
	symlinkSync(join(root, 'node_modules/@types/node'), join(folder.path, 'node_modules/@types/node'))
	await init(folder.path)
	assert.ok(!readFileSync(join(folder.path, 'books/tsconfig.json'), 'utf8').includes(root))
	assert.equal(typeCheck(join(folder.path, 'books')), '')
})

test('what is there is never written over', async () => {
	using folder = temporaryFolder()
	const books = join(folder.path, 'books')
	mkdirSync(books)
	writeFileSync(join(books, 'hello.ts'), 'mine')
	const refused = await init(folder.path)
	assert.equal(refused.code, 2)
	assert.match(refused.stderr, /books has hello\.ts already: nothing was written/)
	assert.deepEqual(readdirSync(books), ['hello.ts'])
	mkdirSync(join(folder.path, 'others'))
	writeFileSync(join(folder.path, 'others/notes.txt'), 'mine')
	assert.equal((await init(folder.path, 'others')).code, 0)
	assert.deepEqual(readdirSync(join(folder.path, 'others')).sort(), ['hello.ts', 'notes.txt', 'tsconfig.json'])
	const file = await init(folder.path, 'others/notes.txt')
	assert.equal(file.code, 2)
	assert.match(file.stderr, /cannot be written/)
})

test.run()
