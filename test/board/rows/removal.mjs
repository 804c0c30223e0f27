// doctor on the board, and the way out. Comes after the full network: the board is as that has left it.

const installed = { needs: ['the installer installs the bundle over ssh'] };

export async function proveRemoval(report, board) {
  await report.row(
    'doctor finds a healthy board',
    async () => {
      await board.guest.sh('/etc/init.d/zynqnetd stop', { seconds: board.seconds(30) });
      const command = '/opt/zynqnetd/current/bin/zynqnetd doctor -c /etc/zynqnetd/zynqnetd.yaml --patience 60 --json';
      const { code, stdout, stderr } = await board.guest.run(command, { seconds: board.seconds(120) });
      const checks = JSON.parse(stdout || '{}').checks ?? [];
      const bad = checks.filter(({ state }) => state === 'failed');
      if (checks.length === 0 || bad.length > 0 || code !== 0)
        throw new Error(`ended with ${code}: ${JSON.stringify(bad)} ${stderr}`);
      const of = (state) => checks.filter((check) => check.state === state);
      return [
        ...[`${of('ok').length} ok, ${of('warning').length} warnings, ${of('skipped').length} skipped`],
        ...of('warning').map(({ title, found }) => `warning: ${title}: ${found}`),
      ].join('\n');
    },
    installed,
  );
  await report.row(
    'uninstalling leaves nothing',
    async () => {
      const { code, stdout, stderr } = await board.install(['--uninstall', '--purge']);
      if (code !== 0) throw new Error(`${stdout}${stderr}`);
      const find =
        "find / -xdev -name '*zynqnetd*' -not -path '/proc/*' -not -path '/sys/*'; grep -rl zynqnetd /etc; pidof node; true";
      const left = await board.guest.sh(find);
      if (left !== '') throw new Error(left);
    },
    installed,
  );
}
