import { AUDIT_TEXT_LENGTH_MAX } from '../limits.ts'
import type { Operation } from './operation.ts'

/** What a request is about, below the account, with the names that its path has: `webhooks/deploy`. */
export function resourceOf({ path }: Pick<Operation, 'path'>, names: Record<string, string>): string {
	const named = path.slice(1).replace(/\{(\w+)\}/g, (_, name: string) => names[name] ?? '')
	return named.slice(0, AUDIT_TEXT_LENGTH_MAX)
}
