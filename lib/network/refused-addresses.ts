/**
 * What no TTS server has for an address, but a cloud's metadata service or a mistake does: whoever can have a request sent there is
 * handed the machine's credentials. Loopback and private networks are not among them: that is where TTS servers live.
 *
 * Written as addresses and ranges. An IPv4 address is refused in every spelling that IPv6 has for it, see `embeddedIPv4`.
 */
export const REFUSED_ADDRESSES: readonly string[] = [
  // "This host": a connection there ends on the machine itself. https://www.rfc-editor.org/rfc/rfc6890#section-2.2.2
  '0.0.0.0/8',
  '::',
  // Link-local, in which nearly all clouds have their metadata service at 169.254.169.254, OpenStack's at fe80::a9fe:a9fe too.
  // https://www.rfc-editor.org/rfc/rfc3927, https://www.rfc-editor.org/rfc/rfc4291#section-2.5.6
  // - AWS EC2: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html
  // - AWS ECS, 169.254.170.2: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
  // - AWS EKS, 169.254.170.23: https://docs.aws.amazon.com/eks/latest/userguide/pod-id-agent-setup.html
  // - Google: https://cloud.google.com/compute/docs/metadata/querying-metadata
  // - Azure: https://learn.microsoft.com/azure/virtual-machines/instance-metadata-service
  // - Oracle: https://docs.oracle.com/iaas/Content/Compute/Tasks/gettingmetadata.htm
  // - DigitalOcean: https://docs.digitalocean.com/reference/api/metadata/
  // - Hetzner: https://docs.hetzner.cloud/reference/cloud#server-metadata
  // - OpenStack: https://docs.openstack.org/nova/latest/user/metadata.html
  // - Scaleway, 169.254.42.42: https://www.scaleway.com/en/docs/instances/how-to/use-instance-metadata/
  // - Tencent, 169.254.0.23: https://www.tencentcloud.com/document/product/213/4934
  // - IBM: https://cloud.ibm.com/docs/vpc?topic=vpc-imd-about
  '169.254.0.0/16',
  'fe80::/10',
  // AWS over IPv6: EC2 at ::254, EKS at ::23, and what else it puts there. https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html
  'fd00:ec2::/32',
  // Google over IPv6. https://cloud.google.com/compute/docs/metadata/querying-metadata
  'fd20:ce::254',
  // Azure's WireServer, a public address that only its machines are answered at. https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16
  '168.63.129.16',
  // Alibaba, in carrier-grade address space, which others use for private networks. https://www.alibabacloud.com/help/en/ecs/user-guide/view-instance-metadata
  '100.100.100.200',
  'fd00:100::100:200',
  // Oracle over IPv6, and its classic cloud. https://docs.oracle.com/iaas/Content/Compute/Tasks/gettingmetadata.htm, https://docs.oracle.com/en/cloud/iaas/compute-iaas-cloud/stcsg/retrieving-instance-metadata.html
  'fd00:c1::a9fe:a9fe',
  '192.0.0.192',
  // Scaleway over IPv6. https://cloudinit.readthedocs.io/en/latest/reference/datasources/scaleway.html
  'fd00:42::42',
  // Akamai (Linode) over IPv6. https://cloudinit.readthedocs.io/en/latest/reference/datasources/akamai.html
  'fd00:a9fe:a9fe::1',
  // Multicast and broadcast, which no connection can have at its end. https://www.rfc-editor.org/rfc/rfc6890, https://www.rfc-editor.org/rfc/rfc4291#section-2.7
  '224.0.0.0/4',
  '255.255.255.255',
  'ff00::/8',
];
