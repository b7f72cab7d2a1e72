import assert from 'node:assert/strict'
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import { runbookText } from '../support/runbook-text.ts'
import { startRunner } from '../support/runner.ts'
import { until } from '../support/until.ts'

const parameterised = `import { defineRunbook, z } from 'runhook'
export default defineRunbook({
	parameters: z.object({
		count: z.number().default(7),
		tags: z.array(z.string()).optional(),
		on: z.boolean().optional(),
		even: z.number().refine((value) => value % 2 === 0, 'must be even').optional(),
	}),
	run({ parameters, output }) { output(parameters) },
})`

test('parameters arrive checked, with their native types, also from strings', async () => {
	const webhook = (name: string, parameters: Record<string, unknown>) => ({ name, runbook: 'take', parameters })
	await using runner = await startRunner({
		runbooks: { take: parameterised },
		webhooks: [
			webhook('texts', { COUNT: '5', tags: '["a"]', on: 'true' }),
			webhook('native', { count: 5, tags: ['a'], on: true }),
			webhook('nothing', {}),
			webhook('odd', { even: 3 }),
		],
	})
	for (const name of ['texts', 'native']) {
		const jobId = await runner.start(name)
		const { parameters } = (await runner.untilJob(jobId)).properties
		assert.deepEqual(parameters, { count: '5', tags: '["a"]', on: 'true' })
		assert.equal(await runner.output(jobId), '{"count":5,"tags":["a"],"on":true}\n')
	}
	const defaults = await runner.start('nothing')
	await runner.untilJob(defaults)
	assert.equal(await runner.output(defaults), '{"count":7}\n')
	const odd = await runner.untilJob(await runner.start('odd'))
	assert.deepEqual(
		[odd.properties.status, odd.properties.exception?.split('\n')[0]],
		['Failed', "Error: Parameter 'even' does not fit: must be even."],
	)
})

const imports = `import { defineRunbook } from 'runhook'
import own from 'own-package'
import { z } from 'zod'
import { word } from './lib/word.ts'
import data from './data.json' with { type: 'json' }
export default defineRunbook({ run({ output }) { output([own, typeof z.object, word(), data.value].join(' ')) } })`

test('a runbook imports its own files and packages, then the packages of the runner', async () => {
	await using runner = await startRunner({ runbooks: { imports } })
	const write = (path: string, text: string) => {
		mkdirSync(join(runner.folder, 'runbooks', path, '..'), { recursive: true })
		writeFileSync(join(runner.folder, 'runbooks', path), text)
	}
	const outputOf = async () => {
		const jobId = await runner.start('imports')
		const { status, exception } = (await runner.untilJob(jobId)).properties
		return status === 'Completed' ? (await runner.output(jobId)).trim() : exception
	}
	assert.equal((await runner.call('imports')).status, 404)
	// A fault is gone as soon as what was missing is there, though the runbook's own file is the same.
	write('node_modules/own-package/package.json', '{"name":"own-package","type":"module","main":"main.js"}')
	write('node_modules/own-package/main.js', `export default 'own'`)
	write('data.json', '{"value":1}')
	write('lib/word.ts', `export const word = (): string => 'first'`)
	assert.equal(
		await until('the runbook loads', async () => (await runner.call('imports')).status === 202 && outputOf()),
		'own function first 1',
	)

	write('lib/word.ts', `export const word = (): string => 'second'`)
	assert.equal(await outputOf(), 'own function second 1')
	write('data.json', '{"value":2}')
	assert.equal(await outputOf(), 'own function second 2')
	write('node_modules/zod/package.json', '{"name":"zod","type":"module","main":"main.js"}')
	write('node_modules/zod/main.js', `export const z = { object: 'own zod' }`)
	write('imports.ts', `${imports}\n// with its own zod`)
	assert.equal(await outputOf(), 'own string second 2')
})

test('a changed file is used from the next job on; a job that waits or runs keeps the content it was started with', async () => {
	const version = (number: number) =>
		runbookText(`await new Promise((resolve) => setTimeout(resolve, 300)); output((await import('./part.ts')).part + ${number})`)
	await using runner = await startRunner({ runbooks: { versions: version(1), part: `export const part = 'a'` } })
	writeFileSync(join(runner.folder, 'runbooks/versions.ts'), `import './part.ts'\n${version(1)}`)
	const running = await runner.start('versions')
	await runner.untilJob(running, 'Running')
	runner.writeRunbook('part', `export const part = 'b'`)
	runner.writeRunbook('versions', `import './part.ts'\n${version(2)}`)
	const next = await until('the change is seen', async () => runner.start('versions'))
	rmSync(join(runner.folder, 'runbooks/part.ts'))
	for (const [jobId, output] of [
		[running, 'a1\n'],
		[next, 'b2\n'],
	] as const) {
		const { properties } = await runner.untilJob(jobId)
		assert.equal(properties.exception, null)
		assert.equal(await runner.output(jobId), output)
	}
})

test('a fault stays with its file, says where it is, and is gone when the file is mended', async () => {
	const faults = {
		syntax: `import { defineRunbook } from 'runhook'\nexport default defineRunbook({ run( { } })`,
		noDefault: `export const run = 1`,
		throws: `import { defineRunbook } from 'runhook'\n\nthrow new Error('at import')\nexport default defineRunbook({ run() {} })`,
		exits: `process.exit(4)`,
		rejects: `void Promise.reject(new Error('floating'))\nawait new Promise((resolve) => setTimeout(resolve, 10_000))`,
		noObject: `import { defineRunbook, z } from 'runhook'\nexport default defineRunbook({ parameters: z.string() as never, run() {} })`,
		outside: `import '../../../etc/passwd.ts'`,
	}
	const fine = runbookText(`output('fine')`)
	await using runner = await startRunner({
		runbooks: { ...faults, fine, Mixed: fine },
		webhooks: [...Object.keys(faults), 'fine'].map((name) => ({ name, runbook: name })).concat({ name: 'mixed', runbook: 'mIXED' }),
	})
	for (const name of Object.keys(faults)) {
		const answer = await runner.call(name)
		assert.deepEqual([answer.status, ((await answer.json()) as { code: string }).code], [404, 'RunbookNotFound'], name)
	}
	const fault = (name: string) => {
		const lines = runner.logged.map((line) => JSON.parse(line) as Record<string, string>)
		return lines.find(({ message, runbookName }) => message === 'A runbook cannot be loaded' && runbookName === name)?.fault ?? ''
	}
	assert.match(fault('syntax'), /^SyntaxError: .* \(syntax\.ts, line 2\)$/)
	assert.match(fault('noDefault'), /^Error: It has no default export made by defineRunbook\.$/)
	assert.match(fault('throws'), /^Error: at import \(throws\.ts, line 3\)$/)
	assert.match(fault('exits'), /^Loading it ended the process: The runbook ended its process with exit code 4\.$/)
	assert.match(fault('rejects'), /^A promise was rejected and nothing handled it\. Error: floating/)
	assert.match(fault('noObject'), /parameters must describe an object/)
	assert.notEqual(fault('outside'), '')
	for (const name of ['fine', 'mixed']) assert.equal((await runner.untilJob(await runner.start(name))).properties.status, 'Completed')

	runner.writeRunbook('syntax', fine)
	await until('the mended runbook starts', async () => (await runner.call('syntax')).status === 202)
	renameSync(join(runner.folder, 'runbooks/fine.ts'), join(runner.folder, 'runbooks/fine.txt'))
	await until('the removed runbook is gone', async () => (await runner.call('fine')).status === 404)
})

test.run()
