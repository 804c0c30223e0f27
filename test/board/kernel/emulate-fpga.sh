#!/bin/sh
# emulate-fpga.sh LINUX_SOURCE: two small changes to drivers/fpga, for emulation only.
#  - /sys/class/fpga_manager/fpga0/{firmware,flags}, which AMD's kernels have and Debian's does not.
#  - `zynqnetd,emulated` in the devcfg node: bitstreams are checked as always, but no hardware is waited for.
set -eu
cd "$1/drivers/fpga"

perl -0pi -e '
my $attributes = <<"C";
static u32 zynqnetd_flags;

static ssize_t firmware_store(struct device *dev, struct device_attribute *attr, const char *buf, size_t count)
{
	struct fpga_manager *mgr = to_fpga_manager(dev);
	struct fpga_image_info *info = fpga_image_info_alloc(dev);
	int ret;

	if (!info)
		return -ENOMEM;
	info->flags = zynqnetd_flags;
	info->firmware_name = devm_kstrndup(dev, buf, strcspn(buf, "\\n"), GFP_KERNEL);
	ret = info->firmware_name ? fpga_mgr_lock(mgr) : -ENOMEM;
	if (!ret) {
		ret = fpga_mgr_load(mgr, info);
		fpga_mgr_unlock(mgr);
	}
	fpga_image_info_free(info);
	return ret ? ret : count;
}

static ssize_t flags_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%x\\n", zynqnetd_flags);
}

static ssize_t flags_store(struct device *dev, struct device_attribute *attr, const char *buf, size_t count)
{
	int ret = kstrtou32(buf, 16, &zynqnetd_flags);

	return ret ? ret : count;
}

static DEVICE_ATTR_WO(firmware);
static DEVICE_ATTR_RW(flags);
C
s/(static DEVICE_ATTR_RO\(name\);)/$attributes$1/ or die "fpga-mgr.c: no place for the attributes\n";
s/(\t&dev_attr_name\.attr,\n)/$1\t&dev_attr_firmware.attr,\n\t&dev_attr_flags.attr,\n/ or die "fpga-mgr.c: no list of attributes\n";
' fpga-mgr.c

# The three steps that wait for the hardware return at once; the check of the sync word before them stays.
perl -0pi -e '
s/(struct zynq_fpga_priv \{\n)/$1\tbool emulated;\n/ or die "zynq-fpga.c: no private data\n";
s/(static int zynq_fpga_ops_write_init\(.*?\n\tpriv = mgr->priv;\n)(.*?)(\terr = clk_enable\(priv->clk\);)/$1$2\tif (priv->emulated) {\n\t\tif (!zynq_fpga_has_sync(buf, count))\n\t\t\treturn -EINVAL;\n\t\treturn 0;\n\t}\n\n$3/s or die "zynq-fpga.c: write_init is another\n";
s/(static int zynq_fpga_ops_write\(.*?\n\tpriv = mgr->priv;\n)/$1\tif (priv->emulated)\n\t\treturn 0;\n/s or die "zynq-fpga.c: write is another\n";
s/(static int zynq_fpga_ops_write_complete\(.*?\n\tu32 intr_status;\n)/$1\n\tif (priv->emulated)\n\t\treturn 0;\n/s or die "zynq-fpga.c: write_complete is another\n";
s/(\tpriv->io_base = devm_)/\tpriv->emulated = of_property_read_bool(dev->of_node, "zynqnetd,emulated");\n$1/ or die "zynq-fpga.c: probe is another\n";
' zynq-fpga.c
