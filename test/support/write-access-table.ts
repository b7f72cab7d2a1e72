// node test/support/write-access-table.ts : makes the table of docs/access.md anew.
import { readFileSync, writeFileSync } from 'node:fs'
import { permits, roles } from '../../src/access/role.ts'
import { managementOperations } from '../../src/http/management-api.ts'

const pageFile = new URL('../../docs/access.md', import.meta.url)
const [begin, end] = ['<!-- operations -->\n', '<!-- end of operations -->\n']

/** All operations as they are declared. What does them is not looked at. */
export function declaredOperations() {
	const { inAccount, atRoot } = managementOperations({ account: {} } as Parameters<typeof managementOperations>[0])
	return [...inAccount, ...atRoot]
}

/** The table of actions and roles as docs/access.md has it, and as it should be. */
export function accessTables(): { written: string; due: string } {
	const page = readFileSync(pageFile, 'utf8')
	const written = page.slice(page.indexOf(begin) + begin.length, page.indexOf(end))
	const operations = declaredOperations()
	const actions = [...new Set(operations.map(({ action }) => action))].sort()
	const rows = actions.map((action) => {
		const ids = operations.filter((each) => each.action === action).map(({ operationId }) => operationId)
		return `| \`${action}\` | ${ids.join(', ')} | ${roles.map((role) => (permits(role, action) ? 'yes' : '')).join(' | ')} |`
	})
	const head = `| action | operations | ${roles.join(' | ')} |\n|---|---|${'---|'.repeat(roles.length)}`
	return { written, due: `${[head, ...rows].join('\n')}\n` }
}

if (import.meta.main) {
	const { written, due } = accessTables()
	writeFileSync(
		pageFile,
		readFileSync(pageFile, 'utf8').replace(`${begin}${written}${end}`, () => `${begin}${due}${end}`),
	)
}
