import type { Webhook } from '../../src/webhooks/webhook.ts'

/** A webhook as webhooks.json issued it: enabled, valid until 2030, never called. */
export const issuedWebhook: Webhook = {
	webhookId: 1,
	name: 'deploy',
	tokenHash: `sha256:${'0'.repeat(64)}`,
	runbookName: 'deploy',
	parameters: {},
	description: null,
	allowedOrigins: [],
	protections: {},
	origin: 'file',
	isEnabled: true,
	isEnabledInFile: true,
	expiryTime: Date.parse('2030-01-01T00:00:00Z'),
	expiredTime: null,
	creationTime: 0,
	lastModifiedTime: 0,
	lastInvokedTime: null,
	deletedTime: null,
}
