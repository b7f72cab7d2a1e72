import assert from 'node:assert/strict'
import { test } from 'uvu'
import type { FoundVariable } from '../../src/assets/asset-source.ts'
import type { KeptAsset } from '../../src/assets/asset-store.ts'
import { SecretMask } from '../../src/assets/secret-mask.ts'
import { type AnswerParts, answerAssetQuestion } from '../../src/worker/answer-asset-question.ts'
import { declaredIdentity } from '../../src/worker/declared-identity.ts'
import { clockAt } from '../support/clock-at.ts'

const found: FoundVariable = { name: 'token', json: '"first token"', isSecret: true, source: 'store' }
const kept: KeptAsset = {
	...{ kind: 'variable', name: 'token', userName: null, value: '"anew"', keyId: null, description: null },
	...{ creationTime: 5, lastModifiedTime: 5 },
}
const credential = { name: 'deployer', userName: `t/${'0'.repeat(8)}-0000-0000-0000-${'0'.repeat(12)}`, password: 'pass', source: 'store' }

function parts({ noted = 'noted' as 'noted' | 'tooMany' } = {}) {
	const changes: unknown[] = []
	const store = {
		get: async () => kept,
		create: async () => 'nameTaken' as const,
		change: async (...change: unknown[]) => {
			changes.push(change)
			return kept
		},
	}
	const source = { variable: async () => found, credential: async () => credential }
	const keys = { seal: () => Promise.reject(new Error('Nothing is sealed.')) }
	const given = {
		jobId: 'one',
		assets: { store, source, keys, noteUse: async () => noted },
		secrets: new SecretMask(),
		clock: clockAt('2026-01-01T00:00:00Z'),
	}
	return { ...(given as unknown as AnswerParts), changes }
}

test('a value meant for an encrypted variable is not written to one that was made anew and is not encrypted', async () => {
	const given = parts()
	const answer = await answerAssetQuestion({ about: 'variable.set', name: 'token', json: '"second token"' }, given)
	assert.match('fault' in answer ? answer.fault : '', /'isEncrypted' cannot be updated/)
	assert.deepEqual(given.changes, [])
})

test('a job that uses as many assets as may be has no identity besides', async () => {
	assert.deepEqual(await declaredIdentity('deployer', parts({ noted: 'tooMany' })), {
		fault: "The runbook's identity: A job uses at most 1000 different assets.",
	})
	assert.equal('principal' in (await declaredIdentity('deployer', parts())), true)
})

test.run()
