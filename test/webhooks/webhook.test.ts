import assert from 'node:assert/strict'
import { test } from 'uvu'
import { callability, hasExpired, isEffectivelyEnabled } from '../../src/webhooks/webhook.ts'
import { issuedWebhook } from '../support/issued-webhook.ts'

const webhook = issuedWebhook
const { expiryTime } = webhook

test('a webhook may be called up to its expiry time, and not at that instant', () => {
	assert.equal(callability(webhook, expiryTime - 1), 'callable')
	assert.equal(callability(webhook, expiryTime), 'expired')
})

test('a webhook that was seen expired stays so when the clock goes back', () => {
	assert.equal(callability({ ...webhook, expiredTime: expiryTime }, expiryTime - 1), 'expired')
	assert.equal(hasExpired({ expiryTime, expiredTime: expiryTime }, 0), true)
})

test('a webhook is enabled only while the file and the operator both have it so', () => {
	const table = [
		[true, true, true],
		[true, false, false],
		[false, true, false],
		[false, false, false],
	] as const
	for (const [isEnabled, isEnabledInFile, expected] of table) {
		assert.equal(isEffectivelyEnabled({ isEnabled, isEnabledInFile }), expected)
		assert.equal(callability({ ...webhook, isEnabled, isEnabledInFile }, 0), expected ? 'callable' : 'disabled')
	}
})

test('a deleted webhook is deleted, whatever else it is', () => {
	assert.equal(callability({ ...webhook, deletedTime: 1, isEnabled: false, expiredTime: 1 }, expiryTime + 1), 'deleted')
})

test.run()
