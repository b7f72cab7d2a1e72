/** Whom sandboxes run as, where it is not the user of the runner. */
export type SandboxUser = { uid: number; gid: number }

type Facts = {
	/** RUNHOOK_SANDBOX_USER. */
	wanted: string | undefined
	/** The user of this runner. */
	ownUid: number
	/** The text of /etc/passwd. */
	passwd: string
}

/** `isChosen`: the operator named that user, and must not get another. */
export type UserPlan = { kind: 'same' } | { kind: 'other'; user: SandboxUser; isChosen: boolean } | { kind: 'refused'; reason: string }

/** The user that owns nothing, by the numbers that it has on Linux: they are there in every container, too. */
const nobody: SandboxUser = { uid: 65_534, gid: 65_534 }

/** Whom sandboxes are to run as: whoever is named; else, where the runner is root, a user that owns nothing. */
export function planUser({ wanted, ownUid, passwd }: Facts): UserPlan {
	if (wanted === undefined) return ownUid === 0 ? { kind: 'other', user: nobody, isChosen: false } : { kind: 'same' }
	const user = readUser(wanted, passwd)
	if (!user)
		return {
			kind: 'refused',
			reason: `"${wanted}" is not in /etc/passwd; allowed is a user's name there, or numbers, as 1000 or 1000:1000`,
		}
	if (user.uid === ownUid) return { kind: 'same' }
	if (ownUid !== 0)
		return { kind: 'refused', reason: `only a runner that is started as root can run sandboxes as another user ("${wanted}")` }
	return { kind: 'other', user, isChosen: true }
}

function readUser(wanted: string, passwd: string): SandboxUser | undefined {
	const users = passwd.split('\n').map((line) => line.split(':'))
	const [uid, gid] = wanted.split(':').map(Number)
	if (uid !== undefined && gid !== undefined && Number.isInteger(uid) && Number.isInteger(gid)) return { uid, gid }
	const found = users.find(([name, , id]) => name === wanted || id === wanted)
	if (found) return { uid: Number(found[2]), gid: Number(found[3]) }
	return Number.isInteger(uid) ? { uid: uid!, gid: uid! } : undefined
}
