import assert from 'node:assert/strict'
import { test } from 'uvu'
import { addressRanges, isAddressRange } from '../src/address-ranges.ts'

test('addresses and ranges of both versions are taken, and nothing else', () => {
	for (const text of ['192.0.2.1', '192.0.2.0/24', '0.0.0.0/0', '2001:db8::/32', '::1', '::/0', '::ffff:192.0.2.0/120'])
		assert.equal(isAddressRange(text), true, text)
	for (const text of [
		'',
		'192.0.2',
		'192.0.2.1/33',
		'2001:db8::/129',
		'192.0.2.0/',
		'/24',
		'192.0.2.0/24/8',
		'192.0.2.0/-1',
		'a.example',
		'fe80::1%eth0',
		'1.2.3.4 ',
		// Meant as a range of 256 addresses, it would be all of IPv4.
		'::ffff:192.0.2.0/24',
		'::ffff:c000:200/95',
	])
		assert.equal(isAddressRange(text), false, text)
})

test('an address is in a range also when it is written in IPv6 notation', () => {
	const ranges = addressRanges(['192.0.2.0/24', '198.51.100.7', '2001:db8:1::/48'])
	for (const address of ['192.0.2.255', '::ffff:192.0.2.1', '::ffff:c000:201', '198.51.100.7', '2001:db8:1:ffff::1', '2001:DB8:1::'])
		assert.equal(ranges.has(address), true, address)
	for (const address of ['192.0.3.1', '::ffff:192.0.3.1', '198.51.100.8', '2001:db8:2::1', '::192.0.2.1', '', 'unknown', '192.0.2'])
		assert.equal(ranges.has(address), false, address)
	assert.equal(addressRanges([]).has('127.0.0.1'), false)
})

test('a range of one version has no address of the other, and one of IPv4 in IPv6 notation is one of IPv4', () => {
	for (const range of ['::/0', '::/80', '::ffff:1', '2001:db8::/0']) assert.equal(addressRanges([range]).has('192.0.2.1'), false, range)
	assert.equal(addressRanges(['0.0.0.0/0']).has('2001:db8::1'), false)
	for (const range of ['::ffff:192.0.2.0/120', '::ffff:c000:201', '0:0:0:0:0:ffff:192.0.2.1', '::ffff:0:0/96']) {
		const ranges = addressRanges([range])
		for (const address of ['192.0.2.1', '::ffff:192.0.2.1', '::FFFF:c000:201'])
			assert.equal(ranges.has(address), true, `${range} ${address}`)
		assert.equal(ranges.has('2001:db8::1'), false, range)
	}
	assert.equal(addressRanges(['::ffff:192.0.2.0/120']).has('192.0.3.1'), false)
})

test('whoever calls by a link-local address is told by it, with its zone', () => {
	assert.deepEqual([addressRanges(['fe80::/10']).has('fe80::1%eth0'), addressRanges(['192.0.2.1']).has('fe80::1%eth0')], [true, false])
})

test.run()
