import assert from 'node:assert/strict'
import type { Runner } from './runner.ts'
import { until } from './until.ts'

export const healthKey = 'key-of-the-monitor'
export const withKey = { headers: { 'x-health-key': healthKey } }

type Part = { status: string; since: string; checkedTime: string | null; message: string | null; facts: Record<string, number> }
type Mode = { status: string; since: string; warnings: string[]; parts: Record<string, Part> }

/** The answer to a monitor that is let in; it has to come well within the ten seconds that one waits, also on a busy machine. */
export async function ask(runner: Runner, path: string, init: RequestInit = withKey) {
	const since = performance.now()
	const response = await fetch(runner.url + path, init)
	const text = await response.text()
	assert.ok(performance.now() - since < 5_000, `${path} took ${performance.now() - since} ms`)
	return { status: response.status, text, body: (text === '' ? {} : JSON.parse(text)) as Mode }
}

/** Waits until a part of a mode has a status. */
export function untilPart(runner: Runner, mode: string, part: string, status: string): Promise<Part> {
	return until(`${part} is ${status}`, async () => {
		const { body } = await ask(runner, `/health/${mode}`)
		return body.parts[part]!.status === status && body.parts[part]
	})
}

/** Waits until every part was looked at once. */
export const settle = (runner: Runner) =>
	until('all parts were looked at', async () => {
		const modes = [await ask(runner, '/health/core'), await ask(runner, '/health/secondary')]
		return modes.every(({ body }) => Object.values(body.parts).every(({ checkedTime }) => checkedTime !== null))
	})
