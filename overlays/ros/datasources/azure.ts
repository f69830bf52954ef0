import { at, isTree } from '../config/merge.ts';
import { sentenceOf } from '../runtime/sentence.ts';
import { Failure, type System } from '../runtime/system.ts';
import { tellAzureReady } from './azure-ready.ts';
import { askText } from './client.ts';
import type { Context, Datasource, Found } from './datasource.ts';
import { lookAt, volumes } from './disk.ts';
import { userDataOfBase64 } from './unpack.ts';
import { checkedMetadata, jsonOf, listAt, numbered, textAt } from './values.ts';
import { elementText, elementTexts } from './xml.ts';

const SERVICE = 'http://169.254.169.254/metadata/instance?api-version=2021-12-13&format=json';

/** The parts of the provisioning CD and of the metadata service. */
interface Part {
  readonly hostname?: unknown;
  readonly keys: readonly unknown[];
  readonly userData?: string | undefined;
  readonly addresses?: {
    readonly private_ipv4: unknown;
    readonly public_ipv4: unknown;
    readonly private_ipv6: unknown;
  };
}

/**
 * Azure: the provisioning CD has customData, but is there at the first start only; the service has names, keys and userData at
 * every start. customData wins.
 */
export const azure: Datasource = {
  name: 'azure',
  needs: 'network',
  ask: (context) => {
    const cd = provisioningCd(context.system);
    let service: Part | undefined;
    const problems: string[] = [];
    try {
      service = metadataService(context);
    } catch (error) {
      if (cd === undefined) throw error;
      problems.push(`${sentenceOf(error)}; the provisioning CD counts alone.`);
    }
    return joined(cd, service, problems);
  },
  tellReady: tellAzureReady,
};

function joined(cd: Part | undefined, service: Part | undefined, before: readonly string[]): Found {
  const keys = [...(service?.keys ?? []), ...(cd?.keys ?? [])];
  const { metadata, problems } = checkedMetadata({
    hostname: service?.hostname ?? cd?.hostname,
    ...(service?.addresses === undefined ? {} : { addresses: service.addresses }),
    keys: numbered([...new Set(keys.map((key) => (typeof key === 'string' ? key.trim() : key)))]),
  });
  const userData = cd?.userData ?? service?.userData;
  return {
    metadata,
    problems: [...before, ...problems],
    ...(userData === undefined ? {} : { userData }),
    ...(service === undefined ? { isPartial: true } : {}),
  };
}

function provisioningCd(system: System): Part | undefined {
  // Azure's CD is UDF; other platforms that speak like it write ISO 9660.
  for (const volume of volumes(system).filter(({ type }) => type === 'udf' || type === 'iso9660')) {
    const xml = lookAt(system, volume, (files) => files.read('ovf-env.xml'));
    if (xml === undefined) continue;
    const packed = elementText(xml, 'CustomData') ?? '';
    return {
      hostname: elementText(xml, 'HostName'),
      keys: elementTexts(xml, 'Value').filter((value) => /^(?:ssh-|ecdsa-|sk-)/.test(value)),
      ...(packed === '' ? {} : { userData: userDataOfBase64(system, packed, 'customData of the provisioning CD') }),
    };
  }
  return undefined;
}

function addressesOf(card: unknown) {
  const [four] = listAt(card, 'ipv4', 'ipAddress');
  const [six] = listAt(card, 'ipv6', 'ipAddress');
  return {
    private_ipv4: textAt(four, 'privateIpAddress'),
    public_ipv4: textAt(four, 'publicIpAddress'),
    private_ipv6: textAt(six, 'privateIpAddress'),
  };
}

function metadataService(context: Context): Part {
  const text = askText(context, { url: SERVICE, headers: { Metadata: 'true' } });
  if (text === undefined) throw new Failure("169.254.169.254 has no metadata of Azure's");
  const machine = jsonOf(text, "Azure's metadata");
  const compute = at(machine, ['compute']);
  if (!isTree(compute)) throw new Failure("Azure's metadata names no compute");
  const packed = textAt(compute, 'userData') ?? textAt(compute, 'customData');
  return {
    hostname: at(compute, ['osProfile', 'computerName']) ?? at(compute, ['name']),
    addresses: addressesOf(listAt(machine, 'network', 'interface')[0]),
    keys: listAt(compute, 'publicKeys').map((each) => textAt(each, 'keyData')),
    ...(packed === undefined
      ? {}
      : { userData: userDataOfBase64(context.system, packed, 'userData of the metadata service') }),
  };
}
