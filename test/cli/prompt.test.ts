import assert from 'node:assert/strict'
import { test } from 'uvu'
import { askYes, readSecret } from '../../src/cli/prompt.ts'
import { fakeTerminal } from '../support/fake-terminal.ts'

test('a secret is taken key by key and never shown', async () => {
	const terminal = fakeTerminal({ isTTY: true })
	const answer = readSecret(terminal, 'Token: ')
	assert.equal(terminal.keys.isRaw, true)
	terminal.keys.write('sex\u007fcr')
	terminal.keys.write('et\rmore')
	assert.equal(await answer, 'secret')
	assert.equal(terminal.keys.isRaw, false)
	assert.equal(terminal.err() + terminal.out(), 'Token: \n')
})

test('Ctrl+C and Ctrl+D give no secret', async () => {
	for (const key of ['\u0003', '\u0004']) {
		const terminal = fakeTerminal({ isTTY: true })
		const answer = readSecret(terminal, 'Token: ')
		terminal.keys.write(`sec${key}`)
		assert.equal(await answer, undefined)
		assert.equal(terminal.keys.isRaw, false)
	}
})

test('only a yes is a yes', async () => {
	for (const [typed, expected] of [
		['y\n', true],
		['YES\n', true],
		['\n', false],
		['no\n', false],
	] as const) {
		const terminal = fakeTerminal({ isTTY: true })
		const answer = askYes(terminal, 'Delete?')
		terminal.keys.write(typed)
		assert.equal(await answer, expected, typed)
	}
	const terminal = fakeTerminal({ isTTY: true })
	const answer = askYes(terminal, 'Delete?')
	terminal.keys.end()
	assert.equal(await answer, false)
})

test('a program hands over its secret with or without a line end, and not without end', async () => {
	const terminal = fakeTerminal({ isTTY: false })
	terminal.keys.end('token\n')
	assert.equal(await readSecret(terminal, ''), 'token')
	for (const [isTTY, typed, words] of [
		[false, '', /^Nothing came on standard input\.$/],
		[false, '\n', /^Nothing came on standard input\.$/],
		[true, '\r', /^Nothing was typed\.$/],
	] as const) {
		const empty = fakeTerminal({ isTTY })
		const answer = assert.rejects(readSecret(empty, ''), { name: 'UsageError', message: words })
		empty.keys.end(typed)
		await answer
	}
	const flood = fakeTerminal({ isTTY: false })
	flood.keys.end('x'.repeat(1_100_000))
	await assert.rejects(readSecret(flood, ''), /longer than/)
})

test.run()
