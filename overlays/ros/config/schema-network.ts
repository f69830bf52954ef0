import { flag, group, named, text, textMap, texts, whole, words } from './schema-words.ts';

const ADDRESS = {
  title: 'an address with the length of its prefix, such as 192.168.1.10/24',
  pattern: '^[0-9A-Fa-f.:]+/[0-9]{1,3}$',
} as const;
const HOST = {
  title: 'an address without a prefix, such as 192.168.1.1',
  pattern: '^[0-9A-Fa-f.:]+(%[\\w.-]+)?$',
} as const;

export const DNS = group('Name servers.', {
  nameservers: texts('Addresses of name servers, the first one is asked first.'),
  search: texts('Domains in which short names are looked up.'),
});

const INTERFACE = group('One network interface, or all that a pattern matches.', {
  match: text('Which interfaces it is about: a name, a pattern such as eth*, or mac:ADDRESS. Else the key itself.'),
  dhcp: flag('Ask for an address by DHCP.', { default: false }),
  dhcp_args: text('Further arguments for dhcpcd.'),
  address: text('Its fixed address.', ADDRESS),
  addresses: texts('Its fixed addresses, IPv4 and IPv6.'),
  ipv4ll: flag('Give it a link-local address.', { default: false }),
  gateway: text('Way out for IPv4.', HOST),
  gateway_ipv6: text('Way out for IPv6.', HOST),
  mtu: whole('Size of the largest packet, in bytes.', { minimum: 68, maximum: 65536 }),
  bridge: text('Name of the bridge that it belongs to; true: it is a bridge itself.'),
  bond: text('Name of the bond that it belongs to.'),
  bond_opts: textMap('Options of the bond, such as mode and miimon.'),
  vlans: text('VLANs on it, such as 100,200:name.'),
  wifi_network: text('Name of the network in wifi_networks that it joins.'),
  pre_up: texts('Commands before it is set up; $iface is its name.'),
  post_up: texts('Commands after it was set up; $iface is its name.'),
});

const WIFI = group('A wireless network.', {
  ssid: text('Its name.'),
  psk: text('Its password, or the 64 hex digits made of it.', { restricts: true, secret: true }),
  scan_ssid: whole('1: it does not announce its name.', { maximum: 1 }),
  address: text('Fixed address in it.', ADDRESS),
  gateway: text('Way out of it.', HOST),
  priority: whole('The network with the higher number is joined.'),
  key_mgmt: text('How keys are agreed on, such as WPA-PSK, WPA-EAP or NONE.', { restricts: true }),
  pairwise: text('Ciphers for one station.'),
  group: text('Ciphers for all stations.'),
  eap: text('Method of WPA Enterprise, such as TLS or PEAP.', { restricts: true }),
  identity: text('User of WPA Enterprise.'),
  anonymous_identity: text('User that is sent in the open.'),
  password: text('Password of that user.', { secret: true }),
  ca_certs: words('Files with certificates of authorities.', { restricts: true }),
  client_certs: words('Files with certificates of this machine.'),
  private_keys: words('Files with keys of this machine.'),
  private_key_passwds: words('Passwords of those keys.', { secret: true }),
  phases: words('Methods inside the tunnel.', { restricts: true }),
  eapol_flags: whole('Flags for dynamic WEP keys.'),
});

const MODEM = group('A mobile network.', {
  apn: text('Access point name of the provider.'),
  user: text('User name, where the provider wants one.'),
  password: text('Its password.', { secret: true }),
  pin: text('PIN of the card.', { secret: true }),
  extra_args: text('Further arguments of the connection, as ModemManager names them.'),
});

export const NETWORK = group('Network interfaces, names and proxies.', {
  interfaces: named('Interfaces by name or pattern; the exact name wins over a pattern.', INTERFACE),
  wifi_networks: named('Wireless networks by a name of your choice.', WIFI),
  modem_networks: named('Mobile networks by a name of your choice.', MODEM),
  dns: DNS,
  dhcp_timeout: whole('Seconds after which an address that DHCP did not give is no longer waited for.', {
    default: 10,
  }),
  pre_cmds: texts('Commands before the network is set up.'),
  post_cmds: texts('Commands after the network was set up.'),
  http_proxy: text('Proxy for http.'),
  https_proxy: text('Proxy for https.'),
  no_proxy: text('Hosts that are reached without the proxy, with commas between them.'),
});
