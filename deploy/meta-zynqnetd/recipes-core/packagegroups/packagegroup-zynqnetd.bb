SUMMARY = "Everything that a zynqnetd board needs"
LICENSE = "MIT"

inherit packagegroup

# No ssh server: the image chooses its own (dropbear or openssh); deploy/install.sh works with either.
RDEPENDS:${PN} = " \
    ca-certificates \
    tzdata \
    u-dma-buf \
    v4l-utils \
    zynqnetd \
    zynqnetd-addon \
    zynqnetd-fpga \
"
