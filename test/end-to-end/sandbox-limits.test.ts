import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import { runbookText } from '../support/runbook-text.ts'
import { startRunner } from '../support/runner.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

/** Each line of output is an attempt and what came of it. */
const attempts = (folder: string) => `
	const attempt = async (what: string, act: () => unknown) => {
		try { await act(); output(what + ': done') } catch (fault: any) { output(what + ': ' + (fault.code ?? fault.message)) }
	}
	await attempt('read /etc/passwd', () => fs.readFileSync('/etc/passwd'))
	await attempt('read the environment of the runner', () => fs.readFileSync('/proc/' + process.ppid + '/environ'))
	await attempt('read its own environment', () => fs.readFileSync('/proc/self/environ'))
	await attempt('list the data folder', () => fs.readdirSync('${folder}/data'))
	await attempt('read the store', () => fs.readFileSync('${folder}/data/runhook.sqlite'))
	await attempt('read webhooks.json', () => fs.readFileSync('${folder}/webhooks.json'))
	await attempt('write a runbook', () => fs.writeFileSync('${folder}/runbooks/new.ts', ''))
	await attempt('write outside', () => fs.writeFileSync('${folder}/outside', ''))
	await attempt('link the store', () => fs.symlinkSync('${folder}/data/runhook.sqlite', 'link'))
	await attempt('start a program', () => execFileSync('true'))
	await attempt('read outside in a thread', () => new Promise((resolve, reject) => {
		const thread = new Worker("require('fs').readFileSync('/etc/passwd')", { eval: true })
		thread.on('error', reject).on('exit', resolve)
	}))
	await attempt('write in its own folder', () => fs.writeFileSync('own', ''))
	await attempt('write in TMPDIR', () => fs.mkdtempSync(os.tmpdir() + '/own-'))
	await attempt('read what is declared', () => fs.readFileSync('${folder}/input'))
	await attempt('write what is declared', () => fs.writeFileSync('${folder}/result', 'x'))`
const head = `import { execFileSync } from 'node:child_process'\nimport fs from 'node:fs'\nimport os from 'node:os'\nimport { Worker } from 'node:worker_threads'`

test('a runbook reads, writes and starts nothing but what it declares, and sees nothing of the runner', async () => {
	using place = temporaryFolder()
	await using runner = await startRunner({
		runbooks: { bound: 'being written', free: 'being written', environment: runbookText(`output(Object.keys(process.env).sort())`) },
		environment: {
			...{ RUNHOOK_SANDBOX_ENV: 'LET_THROUGH, AND_THIS', LET_THROUGH: '1', AND_THIS: '2', NOT_THIS: '3' },
			...{ AZURE_TENANT_ID: 'tenant', NO_PROXY: '*', HOME: place.path, NODE_OPTIONS: '--no-deprecation' },
		},
	})
	const { folder } = runner
	writeFileSync(join(folder, 'input'), 'x')
	runner.writeRunbook('bound', runbookText(attempts(folder), { head }))
	const declares = `permissions: { read: ['${folder}/input'], write: ['${folder}/result'], childProcess: true },`
	runner.writeRunbook('free', runbookText(attempts(folder), { head, declares }))

	const results = async (name: string) => {
		const jobId = await runner.start(name)
		assert.equal((await runner.untilJob(jobId)).properties.exception, null)
		return (await runner.output(jobId)).trimEnd().split('\n')
	}
	const refused = [
		...['read /etc/passwd', 'read the environment of the runner', 'read its own environment', 'list the data folder', 'read the store'],
		...['read webhooks.json', 'write a runbook', 'write outside', 'link the store', 'start a program', 'read outside in a thread'],
		...['read what is declared', 'write what is declared'],
	]
	const bound = await results('bound')
	assert.deepEqual(
		bound.filter((line) => line.endsWith(': ERR_ACCESS_DENIED')).map((line) => line.slice(0, line.indexOf(':'))),
		refused,
	)
	assert.deepEqual(
		bound.filter((line) => line.endsWith(': done')),
		['write in its own folder: done', 'write in TMPDIR: done'],
	)
	const done = (await results('free')).filter((line) => line.endsWith(': done'))
	assert.deepEqual(done, [
		...['start a program: done', 'write in its own folder: done', 'write in TMPDIR: done'],
		...['read what is declared: done', 'write what is declared: done'],
	])

	const [names] = await results('environment')
	const always = [
		'PATH',
		'TMPDIR',
		'NODE_COMPILE_CACHE',
		'RUNHOOK_SANDBOX',
		...(process.env.TZ ? ['TZ'] : []),
		...(process.env.NODE_V8_COVERAGE ? ['NODE_V8_COVERAGE'] : []),
	]
	assert.deepEqual(JSON.parse(names!), [...always, 'LET_THROUGH', 'AND_THIS', 'AZURE_TENANT_ID', 'NO_PROXY'].sort())
})

test.run()
