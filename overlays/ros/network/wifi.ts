import { writeFile } from '../config/files.ts';
import type { Network } from '../config/schema.ts';
import { run } from '../runtime/run.ts';
import type { System } from '../runtime/system.ts';
import type { Match } from './interface-match.ts';
import type { Complain } from './network-config.ts';

type Wifi = NonNullable<Network['wifi_networks']>[string];

/** One file per interface, read by the wpa_supplicant that the service `network` starts for it. */
export const WPA_FOLDER = '/run/ros/wpa';

/** Keys whose values are written without quotes; all others are quoted text. */
const BARE = new Set(['scan_ssid', 'priority', 'key_mgmt', 'pairwise', 'group', 'eap', 'eapol_flags']);

/** wpa_supplicant's configuration for one network. */
export function wpaConfig(wifi: Wifi): string {
  const lists: readonly (readonly [string, string | readonly string[] | undefined])[] = [
    ['ca_cert', wifi.ca_certs],
    ['client_cert', wifi.client_certs],
    ['private_key', wifi.private_keys],
    ['private_key_passwd', wifi.private_key_passwds],
    ['phase', wifi.phases],
  ];
  const plain: Readonly<Record<string, string | number | undefined>> = {
    ssid: wifi.ssid,
    psk: wifi.psk,
    scan_ssid: wifi.scan_ssid,
    priority: wifi.priority,
    key_mgmt: wifi.key_mgmt ?? (wifi.psk === undefined && wifi.eap === undefined ? 'NONE' : undefined),
    pairwise: wifi.pairwise,
    group: wifi.group,
    eap: wifi.eap,
    identity: wifi.identity,
    anonymous_identity: wifi.anonymous_identity,
    password: wifi.password,
    eapol_flags: wifi.eapol_flags,
  };
  // The first of a list has no number, except for phase1; the second one has 2.
  const numbered = lists.flatMap(([name, values]) =>
    (typeof values === 'string' ? [values] : (values ?? [])).map((value, index): [string, string] => [
      `${name}${index === 0 && name !== 'phase' ? '' : index + 1}`,
      value,
    ]),
  );
  const lines = [...Object.entries(plain), ...numbered].flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : [`  ${name}=${valueText(name, String(value))}\n`],
  );
  return `ctrl_interface=/run/wpa_supplicant\nupdate_config=0\nnetwork={\n${lines.join('')}}\n`;
}

function valueText(name: string, value: string): string {
  if (BARE.has(name)) return value.replace(/[\r\n]/g, ' ');
  // 64 hex digits are a key made of the password already. A password is never hex, and its quotes end at the last one of the line.
  if (name === 'psk') return isKey(value) ? value : `"${value}"`;
  // wpa_supplicant has no escapes in quotes; other values are written as hex.
  const isPlain = !/["\\\r\n]/.test(value) && [...value].every((letter) => (letter.codePointAt(0) ?? 0) < 128);
  return isPlain ? `"${value}"` : hex(value);
}

const isKey = (psk: string): boolean => /^[0-9a-fA-F]{64}$/.test(psk);

/** By its bytes: a letter beyond ASCII has several. */
const isPassword = (psk: string): boolean =>
  /^[^\x00-\x1f\x7f]*$/.test(psk) && hex(psk).length >= 2 * 8 && hex(psk).length <= 2 * 63;

function hex(value: string): string {
  // Half of a letter of two halves has no bytes.
  const bytes = encodeURIComponent(value.replace(/[\ud800-\udfff]/gu, '\ufffd')).replace(
    /%([0-9A-F]{2})|([\s\S])/g,
    (_, code: string | undefined, letter: string) => (code ?? letter.charCodeAt(0).toString(16)).toLowerCase(),
  );
  return bytes;
}

/** The program may be part of the image of the service alone, which says so when it starts: the console's image need not have it. */
const HAS_PROGRAM = '[ -s /run/ros/network-wifi ] || command -v wpa_supplicant >/dev/null';

/**
 * Writes the configuration of each interface that joins a wireless network. Gives the orders for the service `network`,
 * which runs wpa_supplicant; where that program is missing, the sentence says so.
 */
export function applyWifi(
  system: System,
  network: Network,
  matches: ReadonlyMap<string, Match>,
  complain: Complain,
): string[] {
  const orders: string[] = [];
  for (const [name, { key, config }] of matches) {
    if (config.wifi_network === undefined) continue;
    const path = ['interfaces', key, 'wifi_network'];
    const wifi = network.wifi_networks?.[config.wifi_network];
    if (wifi === undefined) {
      complain(path, `there is no ${config.wifi_network} in rancher.network.wifi_networks.`);
      continue;
    }
    if (wifi.psk !== undefined && wifi.psk !== '' && !isKey(wifi.psk) && !isPassword(wifi.psk)) {
      complain(['wifi_networks', config.wifi_network, 'psk'], 'a password has 8 to 63 letters, a key 64 hex digits.');
      continue;
    }
    if (run(system, ['sh', '-c', HAS_PROGRAM]).status !== 0) {
      complain(path, 'this release has no wpa_supplicant, and no drivers of wireless cards; use a cable.');
      continue;
    }
    const file = `${WPA_FOLDER}/${name}.conf`;
    const text = wpaConfig(wifi);
    if (system.readText(file) === text) continue;
    writeFile(system, file, text);
    orders.push(`wifi ${name}`);
  }
  return orders;
}

/** A wireless network may bring the interface's address along. */
export function withWifiAddress({ key, config }: Match, network: Network): Match {
  const wifi = config.wifi_network === undefined ? undefined : network.wifi_networks?.[config.wifi_network];
  if (wifi?.address === undefined || config.address !== undefined) return { key, config };
  const gateway = config.gateway ?? wifi.gateway;
  return { key, config: { ...config, address: wifi.address, ...(gateway === undefined ? {} : { gateway }) } };
}
