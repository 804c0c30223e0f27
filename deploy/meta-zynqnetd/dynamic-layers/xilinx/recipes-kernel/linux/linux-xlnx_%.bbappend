FILESEXTRAPATHS:prepend := "${THISDIR}/../../../../recipes-kernel/linux/files:"

SRC_URI:append = " file://zynqnetd.cfg"
