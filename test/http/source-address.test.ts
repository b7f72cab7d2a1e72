import assert from 'node:assert/strict'
import { test } from 'uvu'
import { addressRanges } from '../../src/address-ranges.ts'
import { sourceAddress } from '../../src/http/source-address.ts'

const proxies = addressRanges(['10.0.0.0/8', '2001:db8::1'])

test('only a trusted proxy is believed where a request comes from, and only the nearest address that is none', () => {
	const table: [connection: string | undefined, forwardedFor: string | undefined, expected: string | null][] = [
		['192.0.2.1', undefined, '192.0.2.1'],
		['192.0.2.1', '198.51.100.1', '192.0.2.1'],
		['::ffff:192.0.2.1', '198.51.100.1', '192.0.2.1'],
		['10.0.0.1', '198.51.100.1', '198.51.100.1'],
		['::ffff:10.0.0.1', '198.51.100.1', '198.51.100.1'],
		['2001:db8::1', '2001:db8::2', '2001:db8::2'],
		// What stands first was written by the client itself.
		['10.0.0.1', '203.0.113.9, 198.51.100.1', '198.51.100.1'],
		['10.0.0.1', '203.0.113.9, 198.51.100.1, 10.0.0.2', '198.51.100.1'],
		['10.0.0.1', '10.0.0.3, 10.0.0.2', '10.0.0.3'],
		['10.0.0.1', undefined, '10.0.0.1'],
		['10.0.0.1', '198.51.100.1:4711', '198.51.100.1'],
		['10.0.0.1', '[2001:db8::5]:4711', '2001:db8::5'],
		['10.0.0.1', '::ffff:198.51.100.1', '198.51.100.1'],
		['10.0.0.1', '198.51.100.1, unknown', null],
		['10.0.0.1', '', null],
		[undefined, '198.51.100.1', null],
	]
	for (const [connection, forwardedFor, expected] of table)
		assert.equal(sourceAddress(connection, forwardedFor, proxies), expected, `${connection} ${forwardedFor}`)
})

test.run()
