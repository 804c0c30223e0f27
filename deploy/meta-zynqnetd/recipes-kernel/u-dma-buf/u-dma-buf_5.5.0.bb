SUMMARY = "User-space mappable DMA buffer (kernel module)"
HOMEPAGE = "https://github.com/ikwzm/udmabuf"
SECTION = "kernel/modules"
LICENSE = "BSD-2-Clause"
LIC_FILES_CHKSUM = "file://LICENSE;md5=bebf0492502927bef0741aa04d1f35f5"

inherit module

SRC_URI = "git://github.com/ikwzm/udmabuf.git;protocol=https;nobranch=1"
# v5.5.0
SRCREV = "15bcde3cb960321e99983e227aeacc5807888333"
S = "${UNPACKDIR}/git"

# Its Makefile would take both from the build machine.
EXTRA_OEMAKE:append = " ARCH=${ARCH} CROSS_COMPILE=${TARGET_PREFIX} KERNEL_SRC_DIR=${STAGING_KERNEL_DIR}"

do_install() {
    install -D -m 0644 ${S}/u-dma-buf.ko ${D}${nonarch_base_libdir}/modules/${KERNEL_VERSION}/extra/u-dma-buf.ko
}

KERNEL_MODULE_AUTOLOAD += "u-dma-buf"
