import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'uvu'
import { parseWebhooksFile, readWebhooksFile } from '../../src/webhooks/webhooks-file.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const now = Date.parse('2026-01-01T00:00:00Z')
const deploy = { name: 'deploy', runbook: 'deploy', expiryTime: '2030-01-01T00:00:00Z' }

function faults(file: unknown): string[] {
	const read = parseWebhooksFile(typeof file === 'string' ? file : JSON.stringify(file), now)
	return read.kind === 'faulty' ? read.faults : []
}

test('an entry is read with its defaults filled in', () => {
	const text = JSON.stringify({ $schema: './any.json', webhooks: [deploy] })
	assert.deepEqual(parseWebhooksFile(text, now), {
		kind: 'read',
		text,
		entries: [
			{
				name: 'deploy',
				runbookName: 'deploy',
				expiryTime: Date.parse('2030-01-01T00:00:00Z'),
				isEnabled: true,
				parameters: {},
				description: null,
				allowedOrigins: [],
				protections: {},
				tokenHash: null,
			},
		],
	})
})

test('what an entry sets is taken as it is, native JSON in its parameters', () => {
	const entry = {
		...deploy,
		expiryTime: '2030-01-01T02:00:00.5+02:00',
		isEnabled: false,
		parameters: { Count: 3, Tags: ['a'], Nested: { deep: null } },
		description: 'Deploys.',
		allowedOrigins: ['eventgrid.azure.net', '*'],
		tokenHash: `sha256:${'a'.repeat(64)}`,
	}
	const read = parseWebhooksFile(JSON.stringify({ webhooks: [entry] }), now)
	assert.deepEqual(read.kind === 'read' && read.entries[0], {
		name: 'deploy',
		runbookName: 'deploy',
		expiryTime: Date.parse('2030-01-01T00:00:00.500Z'),
		isEnabled: false,
		parameters: entry.parameters,
		description: 'Deploys.',
		allowedOrigins: ['eventgrid.azure.net', '*'],
		protections: {},
		tokenHash: entry.tokenHash,
	})
})

test('a byte order mark, no webhooks and an expiry time that has passed are no faults', () => {
	assert.deepEqual(faults('\uFEFF{"webhooks": []}'), [])
	assert.deepEqual(faults({ webhooks: [{ ...deploy, expiryTime: '2020-01-01T00:00:00Z' }] }), [])
})

test('every fault names its place and the entry it is in', () => {
	const table: [unknown, RegExp][] = [
		[{ ...deploy, name: undefined }, /^webhooks\[0\]\.name: /],
		[
			{ ...deploy, name: 'a/b' },
			/^webhooks\[0\]\.name \("a\/b"\): must have 1 to 128 characters, none of them a slash or a control character\.$/,
		],
		[{ ...deploy, name: 'a\nb' }, /none of them a slash or a control character/],
		[{ ...deploy, name: 'x'.repeat(129) }, /must have 1 to 128 characters/],
		[{ ...deploy, runbook: '../secret' }, /^webhooks\[0\]\.runbook \("deploy"\): must be the name of a runbook: a letter first, /],
		[{ ...deploy, expiryTime: undefined }, /^webhooks\[0\]\.expiryTime \("deploy"\): must be a date and time such as/],
		[{ ...deploy, expiryTime: '2030-01-01' }, /^webhooks\[0\]\.expiryTime \("deploy"\): must be a date and time such as/],
		[{ ...deploy, expiryTime: '2030-02-30T00:00:00Z' }, /^webhooks\[0\]\.expiryTime \("deploy"\): must be a date and time such as/],
		[{ ...deploy, expiryTime: '2036-01-03T00:00:00Z' }, /^webhooks\[0\]\.expiryTime \("deploy"\): must be at most ten years ahead\.$/],
		[{ ...deploy, isEnabled: 'no' }, /^webhooks\[0\]\.isEnabled \("deploy"\): /],
		[{ ...deploy, parameters: [] }, /^webhooks\[0\]\.parameters \("deploy"\): /],
		[
			{ ...deploy, tokenHash: `sha256:${'A'.repeat(64)}` },
			/^webhooks\[0\]\.tokenHash \("deploy"\): must be sha256: and 64 hex digits in lower case\.$/,
		],
		[
			{ ...deploy, token: 'secret' },
			/^webhooks\[0\] \("deploy"\): has no member 'token'; allowed are name, runbook, expiryTime, isEnabled, /,
		],
		['deploy', /^webhooks\[0\]: /],
		[null, /^webhooks\[0\]: /],
	]
	for (const [entry, expected] of table) {
		const found = faults({ webhooks: [entry] })
		assert.equal(found.length, 1, JSON.stringify(entry))
		assert.match(found[0]!, expected)
	}
	assert.match(faults('{')[0]!, /^It is not JSON: /)
	assert.match(faults([])[0]!, /^the file: /)
	assert.match(faults({})[0]!, /^webhooks: /)
})

test('a fault of what guards a webhook names its place, and what cannot stand beside each other is one', () => {
	const secrets = [{ variable: 'a' }]
	const table: [object, RegExp][] = [
		[{ signature: { scheme: 'bitbucket', secrets } }, /^webhooks\[0\]\.signature.* \("deploy"\): must have one of the schemes github, /],
		[{ signature: { scheme: 'github' } }, /^webhooks\[0\]\.signature\.secrets \("deploy"\): /],
		[{ signature: { scheme: 'github', secrets: [] } }, /must name at least one secret/],
		[{ signature: { scheme: 'github', secrets: [...secrets, ...secrets, ...secrets] } }, /must name at most two secrets/],
		[
			{ signature: { scheme: 'github', secrets: ['the secret'] } },
			/secrets\[0\] .*must be \{"variable": "<name>"\} or \{"credential": "<name>"\}/,
		],
		[{ signature: { scheme: 'github', secrets: [{ variable: 'a', credential: 'b' }] } }, /secrets\[0\] .*must be \{"variable"/],
		[{ signature: { scheme: 'github', secrets, header: 'X' } }, /^webhooks\[0\]\.signature \("deploy"\): has no member 'header'\.$/],
		[{ signature: { scheme: 'hmac', secrets } }, /signature\.header /],
		[{ signature: { scheme: 'slack', secrets, toleranceSeconds: 0 } }, /must be at least 1/],
		[{ signature: { scheme: 'slack', secrets, toleranceSeconds: 3_601 } }, /must be at most 3600/],
		[
			{ signature: { scheme: 'hmac', secrets, header: 'X', toleranceSeconds: 10 } },
			/toleranceSeconds \("deploy"\): says nothing without timestampHeader/,
		],
		[{ signature: { scheme: 'grafana', secrets, toleranceSeconds: 10 } }, /says nothing without timestampHeader/],
		[{ entraId: { tenantId: 'contoso', audience: 'a' } }, /tenantId .*must be a GUID/],
		[
			{ entraId: { tenantId: '11111111-2222-3333-4444-555555555555', audience: 'a', authority: 'https://user:the secret@a.example' } },
			/authority \("deploy"\): must have no slash at its end, no user/,
		],
		[
			{ entraId: { tenantId: '11111111-2222-3333-4444-555555555555', audience: 'a', authority: 'http://a.example' } },
			/must be an https URL/,
		],
		[{ allowedAddresses: [] }, /must have at least one entry/],
		[{ allowedAddresses: ['10.0.0.0/40'] }, /allowedAddresses\[0\] .*must be an address such as 192\.0\.2\.7 or a range/],
		[{ rateLimit: { calls: 0, seconds: 1 } }, /rateLimit\.calls .*must be at least 1/],
		[{ rateLimit: { calls: 1 } }, /rateLimit\.seconds .*is mandatory/],
		[{ rateLimit: { calls: 1_000_001, seconds: 1 } }, /rateLimit\.calls .*must be at most 1000000/],
		[{ rateLimit: { calls: 1.5, seconds: 1 } }, /rateLimit\.calls .*must be a whole number/],
		[{ bodyBytesMax: 524_289 }, /must be at most 524288/],
		[{ protectionMode: 'off' }, /protectionMode/],
		[
			{ isTokenRequired: false },
			/^webhooks\[0\]\.isTokenRequired \("deploy"\): isTokenRequired can be false only beside signature or entraId/,
		],
		[
			{ isTokenRequired: false, protectionMode: 'observe', signature: { scheme: 'github', secrets } },
			/observe only while the token is required/,
		],
		[
			{ isTokenRequired: false, signature: { scheme: 'github', secrets }, tokenHash: `sha256:${'a'.repeat(64)}` },
			/cannot be false beside tokenHash/,
		],
	]
	for (const [members, expected] of table) {
		const found = faults({ webhooks: [{ ...deploy, ...members }] })
		assert.equal(found.length, 1, `${JSON.stringify(members)} ${found.join(' ')}`)
		assert.match(found[0]!, expected)
		assert.doesNotMatch(found[0]!, /the secret/)
	}
	const defaults = { isTokenRequired: true, protectionMode: 'enforce', bodyIdentifiesDelivery: false }
	const read = parseWebhooksFile(JSON.stringify({ webhooks: [{ ...deploy, ...defaults }] }), now)
	assert.deepEqual(read.kind === 'read' && read.entries[0]?.protections, {})
})

test('all faults are told at once', () => {
	assert.equal(faults({ webhooks: [{ ...deploy, runbook: '' }, deploy, { ...deploy, name: 7 }] }).length, 2)
})

test('two entries of one name or one token hash are a fault, names without regard to case', () => {
	const tokenHash = `sha256:${'a'.repeat(64)}`
	assert.deepEqual(faults({ webhooks: [deploy, { ...deploy, name: 'Deploy' }] }), [
		'webhooks[1].name ("Deploy"): is the same as that of webhooks[0]; each must be its own.',
	])
	assert.deepEqual(faults({ webhooks: [{ ...deploy, tokenHash }, deploy, { ...deploy, name: 'other', tokenHash }] }), [
		'webhooks[1].name ("deploy"): is the same as that of webhooks[0]; each must be its own.',
		'webhooks[2].tokenHash ("other"): is the same as that of webhooks[0]; each must be its own.',
	])
})

test('a file that is not there is a fault that says what one without webhooks looks like', () => {
	using folder = temporaryFolder()
	const read = readWebhooksFile(join(folder.path, 'webhooks.json'), now)
	assert.match(read.kind === 'faulty' ? read.faults[0]! : '', /^It cannot be read: ENOENT.*\{"webhooks": \[\]\}\.$/)
})

test.run()
