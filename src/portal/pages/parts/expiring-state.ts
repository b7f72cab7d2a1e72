import { now } from '../session.ts'

/** How something stands that is switched on and off, and expires. */
export function expiringState({
	properties: { isEnabled, expiryTime },
}: {
	properties: { isEnabled: boolean; expiryTime: string }
}): string {
	if (Date.parse(expiryTime) <= now()) return 'Expired'
	return isEnabled ? 'Enabled' : 'Disabled'
}
