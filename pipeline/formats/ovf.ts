/** A machine with one disk, as VMware imports it. */
export interface OvfMachine {
  /** Shown to whoever imports it. */
  readonly name: string;
  readonly version: string;
  readonly disk: {
    /** File name of the streamOptimized VMDK beside the descriptor. */
    readonly file: string;
    /** Bytes of that file. */
    readonly fileSize: number;
    /** Bytes of the disk. */
    readonly capacity: number;
  };
}

/** Virtual hardware 14: ESXi 6.7 and later. */
const HARDWARE = 'vmx-14';

/** Names under which cloud-init's data come to a guest (`guestinfo.*`). */
const GUESTINFO = ['userdata', 'userdata.encoding', 'metadata', 'metadata.encoding'] as const;

/**
 * An OVF 1.1 descriptor (DSP0243; DSP8023 for the elements): EFI, paravirtual SCSI, vmxnet3, a serial number for the disk that the
 * guest can see, and cloud-config through `guestinfo`.
 */
export function ovfDescriptor({ name, version, disk }: OvfMachine): string {
  const rasd = (fields: readonly (readonly [string, string | number])[]) =>
    [
      '      <Item>',
      ...fields.map(([key, value]) => `        <rasd:${key}>${text(String(value))}</rasd:${key}>`),
      '      </Item>',
    ].join('\n');
  return `<?xml version="1.0" encoding="UTF-8"?>
<Envelope xmlns="http://schemas.dmtf.org/ovf/envelope/1" xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/1" xmlns:rasd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_ResourceAllocationSettingData" xmlns:vssd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_VirtualSystemSettingData" xmlns:vmw="http://www.vmware.com/schema/ovf">
  <References>
    <File ovf:href="${text(disk.file)}" ovf:id="file1" ovf:size="${disk.fileSize}"/>
  </References>
  <DiskSection>
    <Info>The disk of the machine</Info>
    <Disk ovf:capacity="${disk.capacity}" ovf:capacityAllocationUnits="byte" ovf:diskId="disk1" ovf:fileRef="file1" ovf:format="http://www.vmware.com/interfaces/specifications/vmdk.html#streamOptimized"/>
  </DiskSection>
  <NetworkSection>
    <Info>The network of the machine</Info>
    <Network ovf:name="VM Network">
      <Description>The network that the machine is on</Description>
    </Network>
  </NetworkSection>
  <VirtualSystem ovf:id="${text(name)}">
    <Info>A machine</Info>
    <Name>${text(name)}</Name>
    <OperatingSystemSection ovf:id="101" vmw:osType="other4xLinux64Guest">
      <Info>The operating system</Info>
    </OperatingSystemSection>
    <ProductSection ovf:required="false">
      <Info>Cloud-config</Info>
      <Product>${text(name)}</Product>
      <Version>${text(version)}</Version>
${GUESTINFO.map((key) => `      <Property ovf:key="guestinfo.${key}" ovf:type="string" ovf:userConfigurable="true" ovf:value=""/>`).join('\n')}
    </ProductSection>
    <VirtualHardwareSection ovf:transport="com.vmware.guestInfo">
      <Info>Two processors, 2 GiB of memory</Info>
      <System>
        <vssd:ElementName>Virtual Hardware Family</vssd:ElementName>
        <vssd:InstanceID>0</vssd:InstanceID>
        <vssd:VirtualSystemIdentifier>${text(name)}</vssd:VirtualSystemIdentifier>
        <vssd:VirtualSystemType>${HARDWARE}</vssd:VirtualSystemType>
      </System>
${[
  rasd([
    ['AllocationUnits', 'hertz * 10^6'],
    ['Description', 'Number of virtual CPUs'],
    ['ElementName', '2 virtual CPUs'],
    ['InstanceID', 1],
    ['ResourceType', 3],
    ['VirtualQuantity', 2],
  ]),
  rasd([
    ['AllocationUnits', 'byte * 2^20'],
    ['Description', 'Memory size'],
    ['ElementName', '2048 MiB of memory'],
    ['InstanceID', 2],
    ['ResourceType', 4],
    ['VirtualQuantity', 2048],
  ]),
  rasd([
    ['Address', 0],
    ['Description', 'SCSI controller'],
    ['ElementName', 'SCSI controller 0'],
    ['InstanceID', 3],
    ['ResourceSubType', 'VirtualSCSI'],
    ['ResourceType', 6],
  ]),
  rasd([
    ['AddressOnParent', 0],
    ['ElementName', 'Hard disk 1'],
    ['HostResource', 'ovf:/disk/disk1'],
    ['InstanceID', 4],
    ['Parent', 3],
    ['ResourceType', 17],
  ]),
  rasd([
    ['AddressOnParent', 7],
    ['AutomaticAllocation', 'true'],
    ['Connection', 'VM Network'],
    ['Description', 'Network card'],
    ['ElementName', 'Network adapter 1'],
    ['InstanceID', 5],
    ['ResourceSubType', 'VmxNet3'],
    ['ResourceType', 10],
  ]),
].join('\n')}
      <vmw:Config ovf:required="false" vmw:key="firmware" vmw:value="efi"/>
      <vmw:ExtraConfig ovf:required="false" vmw:key="disk.EnableUUID" vmw:value="TRUE"/>
    </VirtualHardwareSection>
  </VirtualSystem>
</Envelope>
`;
}

/** Lines of an OVF manifest: `SHA256(name)= hex`. */
export function ovfManifest(files: readonly { readonly name: string; readonly sha256: string }[]): string {
  return files.map(({ name, sha256 }) => `SHA256(${name})= ${sha256}\n`).join('');
}

function text(value: string): string {
  return value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
