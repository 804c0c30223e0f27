SUMMARY = "User-space mappable DMA buffer (kernel module)"
HOMEPAGE = "https://github.com/ikwzm/udmabuf"
LICENSE = "BSD-2-Clause"
LIC_FILES_CHKSUM = "file://LICENSE;md5=bebf0492502927bef0741aa04d1f35f5"

inherit module

SRC_URI = "git://github.com/ikwzm/udmabuf.git;protocol=https;nobranch=1;tag=v${PV}"
S = "${WORKDIR}/git"

# Its Makefile names the kernel's folder KERNEL_SRC_DIR and has no modules_install in every release.
EXTRA_OEMAKE = "KERNEL_SRC_DIR=${STAGING_KERNEL_DIR} CONFIG_U_DMA_BUF=m"

do_install() {
    install -D -m 0644 ${S}/u-dma-buf.ko ${D}${nonarch_base_libdir}/modules/${KERNEL_VERSION}/extra/u-dma-buf.ko
}

KERNEL_MODULE_AUTOLOAD += "u-dma-buf"
RPROVIDES:${PN} += "kernel-module-u-dma-buf"
